import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { append, idempotencyKey, readMetadata } from '../iceberg/tables.ts'
import { StorageWriteError } from '@headgate/storage'
import { patient, type Prepare } from './attempts.ts'
import {
  commitOfStaged,
  commitRequest,
  commitToOne,
  create,
  createAnywhere,
  createHome,
  done,
  load,
  mainIs,
  tables,
  transaction,
} from './changes.ts'
import { checkLeftovers } from './check-leftovers.ts'
import { type Client, type FaultPlace, faultPlace } from './fault-fixture.ts'
import { faultyStorage, type StorageFaults } from './faulty-storage.ts'
import { openServer } from './open-server.ts'
import { send } from './send.ts'

const changes: readonly (readonly [string, Prepare])[] = [
  ['commit', commitToOne],
  ['create', createAnywhere],
  ['commit of a staged create', commitOfStaged],
  ['transaction', transaction],
]

const timeLimit = 2_000
const limits = {
  HEADGATE_REQUEST_TIMEOUT_MS: String(timeLimit),
  HEADGATE_DATABASE_STATEMENT_TIMEOUT_MS: String(timeLimit),
}
const faults: StorageFaults = {}
let place: FaultPlace
let server: Awaited<ReturnType<typeof openServer>>
/** Client that repeats requests until they are served. */
let client: Client
let steady: Client
/**
 * Server that stores no metadata in rows and caches none, so that it reads every metadata file from storage.
 */
let bare: Awaited<ReturnType<typeof openServer>>
let names = 0
beforeAll(async () => {
  place = await faultPlace()
  const open = (more: Record<string, string>): ReturnType<typeof openServer> =>
    openServer({
      environment: place.environment({ ...limits, ...more }),
      wrapStorage: (storage) => faultyStorage(storage, faults),
    })
  server = await open({})
  bare = await open({ HEADGATE_METADATA_ROW_LIMIT_BYTES: '0', HEADGATE_METADATA_CACHE_BYTES: '0' })
  client = { send: (...request) => send(server.url, ...request) }
  steady = patient(client)
  await createHome(steady)
})
afterEach(() => {
  delete faults.put
  delete faults.down
})
afterAll(async () => {
  await bare[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
  await place[Symbol.asyncDispose]()
})

describe.each(changes)('a %s', (_, prepare) => {
  /**
   * Sends the change while the storage has this fault. The server must refuse the change, and accept it when
   * it is repeated without the fault.
   */
  async function refused(put: NonNullable<StorageFaults['put']>): Promise<void> {
    const change = await prepare(steady, `t_${(names += 1)}`)
    const { method, path, body } = change.request
    const key = { 'idempotency-key': idempotencyKey() }
    faults.put = put
    const response = await client.send(method, path, body, key)
    expect(response).toMatchObject({ status: 503, json: { error: { type: 'ServiceUnavailableException' } } })
    expect(Number(response?.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await change.look()).toBe(false)
    delete faults.put
    expect((await steady.send(method, path, body, key))?.status).toBeOneOf([200, 204])
    expect(await change.look()).toBe(true)
    await change.goOn()
  }

  test('a change results in 503 without effect when its metadata file is certainly not written', async () => {
    await refused(() => Promise.reject(new StorageWriteError('not-written', 'no')))
    await checkLeftovers(place)
  })

  test('a change results in 503 without effect when its metadata file may have been written', async () => {
    await refused(() => Promise.reject(new StorageWriteError('unknown', 'who knows')))
    await refused(async (write) => {
      await write()
      throw new StorageWriteError('unknown', 'who knows')
    })
    await checkLeftovers(place)
  })

  test('a change succeeds when its metadata file is written slowly', async () => {
    const change = await prepare(steady, `t_${(names += 1)}`)
    faults.put = async (write) => {
      await sleep(100)
      return write()
    }
    await done(steady, change.request)
    expect(await change.look()).toBe(true)
  })
})

test('a change results in 503 within the time limit when the write of its metadata file takes too long, and has no effect when the write completes later', async () => {
  const { promise: end, resolve } = Promise.withResolvers<void>()
  const waiting = await Promise.all(
    changes.map(async ([name, prepare], index) => {
      const change = await prepare(steady, `hang_${index}`)
      return { name, change, key: { 'idempotency-key': idempotencyKey() } }
    }),
  )
  const [first] = waiting
  faults.put = async (write) => {
    await end
    return write()
  }
  const responses = await Promise.all([
    ...waiting.map(({ change: { request }, key }) =>
      client.send(request.method, request.path, request.body, key),
    ),
    // This commit waits for the previous one.
    client.send('POST', first?.change.request.path ?? '', first?.change.request.body),
  ])
  for (const response of responses) {
    expect(response).toMatchObject({ status: 503, json: { error: { type: 'ServiceUnavailableException' } } })
    expect(Number(response?.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(response?.took).toBeLessThan(timeLimit * 2)
  }
  resolve()
  await sleep(200)
  delete faults.put
  for (const { name, change, key } of waiting) {
    const { method, path, body } = change.request
    expect(await change.look(), name).toBe(false)
    expect((await steady.send(method, path, body, key))?.status, name).toBeOneOf([200, 204])
    expect(await change.look(), name).toBe(true)
    await change.goOn()
  }
  await checkLeftovers(place)
})

test('two concurrent requests with the same commit, of which the first writes slowly, result in one commit and no 409', async () => {
  await create(steady, 'twice')
  const { path, body } = commitRequest('twice', append(1, 1), [mainIs(null)])
  const key = { 'idempotency-key': idempotencyKey() }
  faults.put = async (write) => {
    await sleep(150)
    return write()
  }
  const responses = await Promise.all(
    [0, 30, 60].map(async (wait) => {
      await sleep(wait)
      return steady.send('POST', path, body, key)
    }),
  )
  expect(responses.map((response) => response?.status)).toEqual([200, 200, 200])
  const loaded = await load(steady, 'twice')
  expect(loaded && readMetadata(loaded)['snapshots']).toHaveLength(1)
})

test('while the storage is unavailable, loads of cached tables succeed and other loads result in 503', async () => {
  const there: Client = { send: (...request) => send(bare.url, ...request) }
  await create(steady, 'in_store')
  await create(patient(there), 'in_storage')
  faults.down = true
  expect((await client.send('GET', `${tables}/in_store`))?.status).toBe(200)
  for (const one of [client, there]) {
    const response = await one.send('GET', `${tables}/in_storage`)
    expect(response).toMatchObject({ status: 503, json: { error: { type: 'ServiceUnavailableException' } } })
    expect(Number(response?.headers.get('retry-after'))).toBeGreaterThan(0)
  }
  // The metadata cannot be read, so the commit cannot be computed.
  const { path, body } = commitRequest('in_storage', append(1, 1), [mainIs(null)])
  expect((await there.send('POST', path, body))?.status).toBe(503)
  faults.down = false
  expect((await patient(there).send('GET', `${tables}/in_storage`))?.status).toBe(200)
  expect((await patient(there).send('POST', path, body))?.status).toBe(200)
})

test('the readiness endpoint reports ready exactly while the storage is available', async () => {
  const ready = async (): Promise<unknown> => {
    const response = await client.send('GET', '/health/ready')
    return { status: response?.status, json: response?.json }
  }
  expect(await ready()).toMatchObject({ status: 200, json: { checks: { storage: 'ok', database: 'ok' } } })
  faults.down = true
  expect(await ready()).toMatchObject({
    status: 503,
    json: { checks: { storage: 'failing', database: 'ok' } },
  })
  expect((await client.send('GET', '/health/live'))?.status).toBe(200)
  faults.down = false
  expect(await ready()).toMatchObject({ status: 200, json: { checks: { storage: 'ok' } } })
})
