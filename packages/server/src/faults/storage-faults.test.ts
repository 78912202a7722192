import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { append, idempotencyKey, metadataOf } from '../iceberg/test-tables.ts'
import { StorageWriteError } from '../storage/storage-errors.ts'
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
import { type Client, type FaultPlace, faultPlace } from './fault-lake.ts'
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
/** As it is answered, and sent again until it is served. */
let client: Client
let steady: Client
/** The same, but with no metadata in the store and none in memory. */
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
  /** Sends it while the storage has this fault: refused for certain, and made when it is sent again. */
  async function refused(put: NonNullable<StorageFaults['put']>): Promise<void> {
    const change = await prepare(steady, `t_${(names += 1)}`)
    const { method, path, body } = change.request
    const key = { 'idempotency-key': idempotencyKey() }
    faults.put = put
    const answer = await client.send(method, path, body, key)
    expect(answer).toMatchObject({ status: 503, json: { error: { type: 'ServiceUnavailableException' } } })
    expect(Number(answer?.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await change.look()).toBe(false)
    delete faults.put
    expect((await steady.send(method, path, body, key))?.status).toBeOneOf([200, 204])
    expect(await change.look()).toBe(true)
    await change.goOn()
  }

  test('whose file is surely not written is 503, and nothing happened', async () => {
    await refused(() => Promise.reject(new StorageWriteError('not-written', 'no')))
    await checkLeftovers(place)
  })

  test('whose file may have been written or not is 503, and nothing happened', async () => {
    await refused(() => Promise.reject(new StorageWriteError('unknown', 'who knows')))
    await refused(async (write) => {
      await write()
      throw new StorageWriteError('unknown', 'who knows')
    })
    await checkLeftovers(place)
  })

  test('whose file is written slowly is made', async () => {
    const change = await prepare(steady, `t_${(names += 1)}`)
    faults.put = async (write) => {
      await sleep(100)
      return write()
    }
    await done(steady, change.request)
    expect(await change.look()).toBe(true)
  })
})

test('what waits for a file that takes for ever is 503 in time, and does not happen when it is written at last', async () => {
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
  const answers = await Promise.all([
    ...waiting.map(({ change: { request }, key }) =>
      client.send(request.method, request.path, request.body, key),
    ),
    // This one waits for the one before it.
    client.send('POST', first?.change.request.path ?? '', first?.change.request.body),
  ])
  for (const answer of answers) {
    expect(answer).toMatchObject({ status: 503, json: { error: { type: 'ServiceUnavailableException' } } })
    expect(Number(answer?.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(answer?.took).toBeLessThan(timeLimit * 2)
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

test('the same commit sent twice at once, the first one slowly, is one commit and no 409', async () => {
  await create(steady, 'twice')
  const { path, body } = commitRequest('twice', append(1, 1), [mainIs(null)])
  const key = { 'idempotency-key': idempotencyKey() }
  faults.put = async (write) => {
    await sleep(150)
    return write()
  }
  const answers = await Promise.all(
    [0, 30, 60].map(async (wait) => {
      await sleep(wait)
      return steady.send('POST', path, body, key)
    }),
  )
  expect(answers.map((answer) => answer?.status)).toEqual([200, 200, 200])
  const loaded = await load(steady, 'twice')
  expect(loaded && metadataOf(loaded)['snapshots']).toHaveLength(1)
})

test('while the storage is away, what is in the store is loaded, and what is not is 503', async () => {
  const there: Client = { send: (...request) => send(bare.url, ...request) }
  await create(steady, 'in_store')
  await create(patient(there), 'in_storage')
  faults.down = true
  expect((await client.send('GET', `${tables}/in_store`))?.status).toBe(200)
  for (const one of [client, there]) {
    const answer = await one.send('GET', `${tables}/in_storage`)
    expect(answer).toMatchObject({ status: 503, json: { error: { type: 'ServiceUnavailableException' } } })
    expect(Number(answer?.headers.get('retry-after'))).toBeGreaterThan(0)
  }
  // Its metadata cannot be read, so nothing can be made of it.
  const { path, body } = commitRequest('in_storage', append(1, 1), [mainIs(null)])
  expect((await there.send('POST', path, body))?.status).toBe(503)
  faults.down = false
  expect((await patient(there).send('GET', `${tables}/in_storage`))?.status).toBe(200)
  expect((await patient(there).send('POST', path, body))?.status).toBe(200)
})

test('the server is ready exactly while its storage is', async () => {
  const ready = async (): Promise<unknown> => {
    const answer = await client.send('GET', '/health/ready')
    return { status: answer?.status, json: answer?.json }
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
