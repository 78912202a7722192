import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { HeadgateError } from '@headgate/errors'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  append,
  commit,
  metadataLocationOf,
  metadataOf,
  schema,
  setProperties,
} from '../iceberg/test-tables.ts'
import { StorageWriteError } from '../storage/storage-errors.ts'
import type { Storage } from '../storage/storage.ts'
import { type TestServer, testServer } from '../test-server.ts'

type Fault = 'none' | 'fails' | 'unknown' | 'hangs' | 'full'

let server: TestServer
let fault: Fault = 'none'
let written: string[] = []
/** Let writes that hang go on. */
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

/** A storage whose writes and reads fail on demand. */
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
  const warehouse = await server.context.parts.warehouses.get('lakehouse')
  return ((await warehouse?.storage.head(location ?? '')) ?? null) !== null
}

test('a storage that fails gives 503 with Retry-After, nothing is committed, and it works again afterwards', async () => {
  const path = await create('failing')
  for (const kind of ['fails', 'unknown'] as const) {
    fault = kind
    const answers = [
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
    for (const answer of answers) {
      expect(answer).toMatchObject(unavailable)
      expect(answer.headers.get('retry-after')).toBe('1')
    }
    fault = 'none'
    expect(metadataOf(await server.send('GET', path))['properties']).not.toHaveProperty('lost')
    expect((await server.send('HEAD', `${tables}/never`)).status).toBe(404)
  }
  expect((await commit(server.send, path, append(1, 1))).status).toBe(200)
})

test('a read from a failing or hanging storage is 503 with Retry-After', async () => {
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
    const answer = await small.send('GET', `${tables}/r`)
    expect(answer, kind).toMatchObject(unavailable)
    expect(answer.headers.get('retry-after')).toBe('1')
  }
})

test('a write into a hanging storage is 503 in time: its commit is called back', async () => {
  const path = await create('hanging')
  fault = 'hangs'
  const started = performance.now()
  expect(await commit(server.send, path, [setProperties({ a: '1' })])).toMatchObject(unavailable)
  expect(performance.now() - started).toBeLessThan(10_000)
})

test('a commit that still waits, for storage or for its turn, when its client was answered never happens', async () => {
  const path = await create('queue')
  fault = 'hangs'
  releases = []
  const first = commit(server.send, path, [setProperties({ first: '1' })])
  await sleep(100)
  const second = commit(server.send, path, [setProperties({ second: '1' })])
  for (const answer of await Promise.all([first, second])) expect(answer).toMatchObject(unavailable)
  fault = 'none'
  for (const release of releases) release()
  // Takes its turn after both.
  expect((await commit(server.send, path, [setProperties({ third: '1' })])).status).toBe(200)
  const { properties } = metadataOf(await server.send('GET', path))
  expect(properties).toMatchObject({ third: '1' })
  for (const name of ['first', 'second']) expect(properties).not.toHaveProperty(name)
})

test('beyond the number of requests at once the answer is 429 with Retry-After, before any work', async () => {
  // One that has all the time in the world for those that hang.
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

test('a database that cannot be reached gives 503 with Retry-After, never 409, and is used again when it is back', async () => {
  const path = await create('reached')
  const { database } = server
  if (!database) throw new Error('no proxy')
  database.faults = { refuse: true }
  database.resetAll()
  await sleep(50)
  const answers = [
    await server.send('GET', path),
    await server.send('GET', tables),
    await commit(server.send, path, [setProperties({ a: '1' })]),
    await server.send('POST', tables, { name: 'unreached', schema }),
    await server.send('DELETE', path),
  ]
  for (const answer of answers) {
    expect(answer).toMatchObject(unavailable)
    expect(answer.headers.get('retry-after')).toBe('1')
    expect(JSON.stringify(answer.json)).not.toMatch(/postgres|127\.0\.0\.1|select|ECONN/i)
  }
  database.faults = {}
  expect((await commit(server.send, path, [setProperties({ a: '2' })])).status).toBe(200)
})

test('when the connection dies under the swap the state is unknown, and the new file stays', async () => {
  const path = await create('ambiguous')
  // So that the swap finds an open connection.
  await Promise.all(Array.from({ length: 4 }, () => server.send('GET', tables)))
  const { database } = server
  if (!database) throw new Error('no proxy')
  afterPut = () => {
    // The statement goes out, the answer never comes back, and nobody can look afterwards.
    afterPut = null
    database.faults = { hang: true }
    setTimeout(() => {
      database.faults = { refuse: true }
      database.resetAll()
    }, 500)
  }
  written = []
  const answer = await commit(server.send, path, [setProperties({ maybe: '1' })])
  expect(answer).toMatchObject(unknown)
  database.faults = {}
  await sleep(100)
  expect(written).toHaveLength(1)
  expect(await isThere(written[0])).toBe(true)
  expect((await commit(server.send, path, [setProperties({ after: '1' })])).status).toBe(200)
})

test('when only the answer of the swap is lost, the commit is found to stand and acknowledged', async () => {
  const path = await create('acknowledged')
  const { database } = server
  if (!database) throw new Error('no proxy')
  afterPut = () => {
    afterPut = null
    database.faults = { latency: 60 }
    // The statement arrives after 60 ms; its answer is cut off on the way back.
    setTimeout(() => {
      database.faults = {}
      database.resetAll()
    }, 100)
  }
  const answer = await commit(server.send, path, [setProperties({ surely: '1' })])
  const loaded = await server.send('GET', path)
  const stands = 'surely' in (metadataOf(loaded)['properties'] as object)
  if (answer.status === 200) expect(metadataLocationOf(loaded)).toBe(metadataLocationOf(answer))
  else expect(answer).toMatchObject(unknown)
  expect(await isThere(written.at(-1))).toBe(true)
  if (!stands) expect(answer.status).not.toBe(200)
})

test('the server says that it is not ready while its database is away', async () => {
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

test('a client that goes away before its request is complete is no failure of the server', async () => {
  const { hostname, port } = new URL(server.url)
  fault = 'hangs'
  releases = []
  const socket = connect(Number(port), hostname)
  const path = '/management/v1/warehouses/lakehouse/check'
  socket.write(`POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\nhalf`)
  await expect.poll(() => releases.length).toBe(1)
  socket.destroy()
  await once(socket, 'close')
  // Who is answered after that knows that the server has heard of it too.
  for (let n = 0; n < 3; n += 1) await server.send('GET', '/health/live')
  fault = 'none'
  for (const release of releases) release()
  const metrics = async (): Promise<string> => (await fetch(`${server.url}/metrics`)).text()
  await expect.poll(metrics).toContain('headgate_requests_total{operation="checkWarehouse",status="400"} 1')
  expect(logged).toEqual([])
})
