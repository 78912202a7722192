import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { HeadgateError } from '@headgate/errors'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  append,
  commit,
  readMetadataLocation,
  readMetadata,
  schema,
  setProperties,
} from '../iceberg/tables.ts'
import { type Storage, StorageWriteError } from '@headgate/storage'
import { type TestServer, testServer } from '../server.ts'

type Fault = 'none' | 'fails' | 'unknown' | 'hangs' | 'full'

let server: TestServer
let fault: Fault = 'none'
let written: string[] = []
/** Functions that each continue one write that hangs. */
let releases: (() => void)[] = []
let afterPut: (() => void) | null = null
let logged: string[] = []
const limits = {
  maxBodyBytes: 1_000_000,
  maxJsonDepth: 100,
  maxJsonValues: 250_000,
  requestTimeoutMs: 2_500,
  maxConcurrentRequests: 8,
  maxNameBytes: 255,
  maxPageSize: 1_000,
}
beforeAll(async () => {
  const log = pino({ level: 'error' }, { write: (line: string) => void logged.push(line) })
  server = await testServer({ wrapStorage: faulty, faultyDatabase: true, limits, log })
  await server.send('POST', 'namespaces', { namespace: ['f'] })
})
beforeEach(() => {
  fault = 'none'
  written = []
  logged = []
  if (server.database) server.database.faults = {}
})
afterAll(() => server[Symbol.asyncDispose]())

/** Returns a storage whose writes and reads fail on demand. */
function faulty(storage: Storage): Storage {
  return new Proxy(storage, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      if (name === 'put') {
        return async (...args: Parameters<Storage['put']>) => {
          if (fault === 'hangs') await new Promise<void>((resolve) => releases.push(resolve))
          if (fault === 'fails') throw new StorageWriteError('not-written', 'The store is down.')
          if (fault === 'full') throw new HeadgateError('forbidden', 'No space in the bucket.')
          written.push(args[0])
          const result = await target.put(...args)
          if (fault === 'unknown') throw new StorageWriteError('unknown', 'The connection was lost.')
          afterPut?.()
          return result
        }
      }
      if (name === 'getBytes' && fault !== 'none') {
        return async () => {
          if (fault === 'hangs') await new Promise(() => undefined)
          throw new HeadgateError('unavailable', 'The store is down.')
        }
      }
      return value.bind(target) as unknown
    },
  })
}

const tables = 'namespaces/f/tables'
const unavailable = { status: 503, json: { error: { code: 503, type: 'ServiceUnavailableException' } } }
const unknown = { status: 500, json: { error: { code: 500, type: 'CommitStateUnknownException' } } }

async function create(name: string): Promise<string> {
  expect((await server.send('POST', tables, { name, schema })).status).toBe(200)
  return `${tables}/${name}`
}

async function isThere(location: string | undefined): Promise<boolean> {
  const warehouse = await server.context.deps.warehouses.get('lakehouse')
  return ((await warehouse?.storage.head(location ?? '')) ?? null) !== null
}

test('The server answers 503 with Retry-After and commits nothing while the storage fails, and recovers afterwards', async () => {
  const path = await create('failing')
  for (const kind of ['fails', 'unknown'] as const) {
    fault = kind
    const responses = [
      await commit(server.send, path, [setProperties({ lost: '1' })]),
      await server.send('POST', tables, { name: 'never', schema }),
      await server.send('POST', 'transactions/commit', {
        'table-changes': [
          {
            identifier: { namespace: ['f'], name: 'failing' },
            requirements: [],
            updates: [setProperties({ lost: '1' })],
          },
        ],
      }),
    ]
    for (const response of responses) {
      expect(response).toMatchObject(unavailable)
      expect(response.headers.get('retry-after')).toBe('1')
    }
    fault = 'none'
    expect(readMetadata(await server.send('GET', path))['properties']).not.toHaveProperty('lost')
    expect((await server.send('HEAD', `${tables}/never`)).status).toBe(404)
  }
  expect((await commit(server.send, path, append(1, 1))).status).toBe(200)
})

test('The server answers 503 with Retry-After to a read from a storage that fails or hangs', async () => {
  await using small = await testServer({
    wrapStorage: faulty,
    metadataRowLimitBytes: 10,
    metadataCacheBytes: 1,
    limits: { ...limits, maxPageSize: 10 },
  })
  await small.send('POST', 'namespaces', { namespace: ['f'] })
  await small.send('POST', tables, { name: 'r', schema })
  for (const kind of ['fails', 'hangs'] as const) {
    fault = kind
    const response = await small.send('GET', `${tables}/r`)
    expect(response, kind).toMatchObject(unavailable)
    expect(response.headers.get('retry-after')).toBe('1')
  }
})

test('The server answers 503 within the time limit to a write into a storage that hangs, and cancels the commit', async () => {
  const path = await create('hanging')
  fault = 'hangs'
  const started = performance.now()
  expect(await commit(server.send, path, [setProperties({ a: '1' })])).toMatchObject(unavailable)
  expect(performance.now() - started).toBeLessThan(10_000)
})

test('A commit that still waits for storage or for an earlier commit when its client receives 503 never takes effect', async () => {
  const path = await create('queue')
  fault = 'hangs'
  releases = []
  const first = commit(server.send, path, [setProperties({ first: '1' })])
  await sleep(100)
  const second = commit(server.send, path, [setProperties({ second: '1' })])
  for (const response of await Promise.all([first, second])) expect(response).toMatchObject(unavailable)
  fault = 'none'
  for (const release of releases) release()
  // The server runs this commit after the two former ones.
  expect((await commit(server.send, path, [setProperties({ third: '1' })])).status).toBe(200)
  const { properties } = readMetadata(await server.send('GET', path))
  expect(properties).toMatchObject({ third: '1' })
  for (const name of ['first', 'second']) expect(properties).not.toHaveProperty(name)
})

test('The server answers 429 with Retry-After above the maximum number of requests, before any work', async () => {
  // The request time limit of this server is longer than the test, so that it does not end the requests that
  // hang.
  await using few = await testServer({ wrapStorage: faulty, limits: { ...limits, requestTimeoutMs: 60_000 } })
  await few.send('POST', 'namespaces', { namespace: ['f'] })
  const paths = Array.from({ length: 8 }, (_, n) => `${tables}/over-${n}`)
  for (const n of paths.keys()) await few.send('POST', tables, { name: `over-${n}`, schema })
  fault = 'hangs'
  releases = []
  const stuck = paths.map((path) => commit(few.send, path, [setProperties({ a: '1' })]))
  await expect.poll(() => releases.length).toBe(8)
  const shed = await few.send('POST', tables, { name: 'shed', schema })
  expect(shed).toMatchObject({
    status: 429,
    json: { error: { code: 429, type: 'SlowDownException', message: expect.stringMatching(/\w/) } },
  })
  expect(shed.headers.get('retry-after')).toBe('1')
  expect((await few.send('GET', '/health/live')).status).toBe(200)
  expect((await few.send('HEAD', '/health/live')).status).toBe(200)
  fault = 'none'
  for (const release of releases) release()
  for (const { status } of await Promise.all(stuck)) expect(status).toBe(200)
  expect((await few.send('HEAD', `${tables}/shed`)).status).toBe(404)
})

test('The server answers 503 with Retry-After, never 409, while the database is unreachable, and uses it again afterwards', async () => {
  const path = await create('reached')
  const { database } = server
  if (!database) throw new Error('no proxy')
  database.faults = { refuse: true }
  database.resetAll()
  await sleep(50)
  const responses = [
    await server.send('GET', path),
    await server.send('GET', tables),
    await commit(server.send, path, [setProperties({ a: '1' })]),
    await server.send('POST', tables, { name: 'unreached', schema }),
    await server.send('DELETE', path),
  ]
  for (const response of responses) {
    expect(response).toMatchObject(unavailable)
    expect(response.headers.get('retry-after')).toBe('1')
    expect(JSON.stringify(response.json)).not.toMatch(/postgres|127\.0\.0\.1|select|ECONN/i)
  }
  database.faults = {}
  expect((await commit(server.send, path, [setProperties({ a: '2' })])).status).toBe(200)
})

test('A commit has an unknown outcome and its metadata file remains when the database connection fails while its row is replaced', async () => {
  const path = await create('ambiguous')
  // These requests open connections, so that the statement that replaces the table row uses an open
  // connection.
  await Promise.all(Array.from({ length: 4 }, () => server.send('GET', tables)))
  const { database } = server
  if (!database) throw new Error('no proxy')
  afterPut = () => {
    // The statement is sent, its response never arrives, and the server cannot read the table afterwards.
    afterPut = null
    database.faults = { hang: true }
    setTimeout(() => {
      database.faults = { refuse: true }
      database.resetAll()
    }, 500)
  }
  written = []
  const response = await commit(server.send, path, [setProperties({ maybe: '1' })])
  expect(response).toMatchObject(unknown)
  database.faults = {}
  await sleep(100)
  expect(written).toHaveLength(1)
  expect(await isThere(written[0])).toBe(true)
  expect((await commit(server.send, path, [setProperties({ after: '1' })])).status).toBe(200)
})

test('The server acknowledges a commit when the database executed it and only the response of the database was lost', async () => {
  const path = await create('acknowledged')
  const { database } = server
  if (!database) throw new Error('no proxy')
  afterPut = () => {
    afterPut = null
    database.faults = { latency: 60 }
    // The statement reaches the database after 60 ms. The connection fails before the response arrives.
    setTimeout(() => {
      database.faults = {}
      database.resetAll()
    }, 100)
  }
  const response = await commit(server.send, path, [setProperties({ surely: '1' })])
  const loaded = await server.send('GET', path)
  const isCommitted = 'surely' in (readMetadata(loaded)['properties'] as object)
  if (response.status === 200) expect(readMetadataLocation(loaded)).toBe(readMetadataLocation(response))
  else expect(response).toMatchObject(unknown)
  expect(await isThere(written.at(-1))).toBe(true)
  if (!isCommitted) expect(response.status).not.toBe(200)
})

test('The server reports that it is not ready while its database is unavailable', async () => {
  const { database } = server
  if (!database) throw new Error('no proxy')
  expect((await server.send('GET', '/health/ready')).status).toBe(200)
  database.faults = { refuse: true }
  database.resetAll()
  expect(await server.send('GET', '/health/ready')).toMatchObject({
    status: 503,
    json: { status: 'not ready' },
  })
  expect((await server.send('GET', '/health/live')).status).toBe(200)
})

test('A client that disconnects before its request is complete causes a 400 in the metrics, and no failure in the log', async () => {
  const { hostname, port } = new URL(server.url)
  fault = 'hangs'
  releases = []
  const socket = connect(Number(port), hostname)
  const path = '/management/v1/warehouses/lakehouse/check'
  socket.write(`POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\nhalf`)
  await expect.poll(() => releases.length).toBe(1)
  socket.destroy()
  await once(socket, 'close')
  // When this request has a response, the server has also processed the disconnect.
  for (let n = 0; n < 3; n += 1) await server.send('GET', '/health/live')
  fault = 'none'
  for (const release of releases) release()
  const metrics = async (): Promise<string> => (await fetch(`${server.url}/metrics`)).text()
  await expect.poll(metrics).toContain('headgate_requests_total{operation="checkWarehouse",status="400"} 1')
  expect(logged).toEqual([])
})
