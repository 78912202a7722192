import { setTimeout as sleep } from 'node:timers/promises'
import { FaultProxy, type Faults, findMinio, type Minio, needsMinio, startMinio } from '@headgate/testkit'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { append, idempotencyKey } from '../iceberg/tables.ts'
import { S3Storage } from '@headgate/storage/s3'
import type { Storage } from '@headgate/storage'
import { patient as steady, type Prepare } from './attempts.ts'
import {
  commitOfStaged,
  commitRequest,
  commitToOne,
  create,
  createAnywhere,
  createHome,
  done,
  mainIs,
  tables,
  transaction,
} from './changes.ts'
import { type Client, type FaultPlace, faultPlace } from './fault-fixture.ts'
import { openServer } from './open-server.ts'
import { send } from './send.ts'

const changes: readonly (readonly [string, Prepare])[] = [
  ['commit', commitToOne],
  ['create', createAnywhere],
  ['commit of a staged create', commitOfStaged],
  ['transaction', transaction],
]
const timeLimit = 2_000
const unavailable = { status: 503, json: { error: { type: 'ServiceUnavailableException' } } }

describe.skipIf(findMinio() === undefined)(needsMinio('a warehouse on an S3 store'), () => {
  let minio: Minio
  let proxy: FaultProxy
  let place: FaultPlace
  /** A storage with the default configuration, and a storage with a shorter time limit than requests have. */
  const storages: Storage[] = []
  const servers: Awaited<ReturnType<typeof openServer>>[] = []
  let names = 0

  async function open(limits: object): Promise<void> {
    const { region, accessKeyId, secretAccessKey } = minio
    const endpoint = `http://127.0.0.1:${proxy.port}`
    const credentials = { accessKeyId, secretAccessKey }
    const storage = await S3Storage.open({
      bucket: 'lake',
      prefix: 'wh',
      region,
      endpoint,
      credentials,
      limits,
    })
    storages.push(storage)
    servers.push(
      await openServer({
        environment: place.environment({
          HEADGATE_REQUEST_TIMEOUT_MS: String(timeLimit),
          HEADGATE_DATABASE_STATEMENT_TIMEOUT_MS: String(timeLimit),
          HEADGATE_METADATA_ROW_LIMIT_BYTES: '0',
          HEADGATE_METADATA_CACHE_BYTES: '0',
        }),
        openStorage: () => Promise.resolve({ storage, root: 's3://lake/wh', hints: {}, store: null }),
      }),
    )
  }
  beforeAll(async () => {
    minio = await startMinio({ buckets: ['lake'] })
    proxy = await FaultProxy.start({ port: minio.port })
    place = await faultPlace()
    await open({})
    await open({ requestTimeout: 700, attempts: 2, retryBase: 10 })
    await createHome(steady(patient))
  })
  afterEach(() => {
    proxy.faults = {}
  })
  afterAll(async () => {
    for (const server of servers) await server[Symbol.asyncDispose]()
    for (const storage of storages) await storage[Symbol.asyncDispose]()
    await place[Symbol.asyncDispose]()
    await proxy[Symbol.asyncDispose]()
    await minio[Symbol.asyncDispose]()
  })
  const [patient, hasty] = [0, 1].map((index): Client => ({
    send: (...request) => send(servers[index]?.url ?? '', ...request),
  })) as [Client, Client]

  /**
   * Sends each change while the object store has this fault. The server must refuse all changes, and accept
   * them when they are repeated without the fault.
   */
  async function refused(client: Client, faults: Faults): Promise<void> {
    const waiting = await Promise.all(
      changes.map(async ([name, prepare]) => {
        const change = await prepare(steady(client), `t_${(names += 1)}`)
        return { name, change, key: { 'idempotency-key': idempotencyKey() } }
      }),
    )
    proxy.faults = faults
    if (faults.refuse === true) proxy.resetAll()
    const responses = await Promise.all(
      waiting.map(({ change: { request }, key }) =>
        client.send(request.method, request.path, request.body, key),
      ),
    )
    proxy.faults = {}
    for (const response of responses) {
      expect(response).toMatchObject(unavailable)
      expect(Number(response?.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(response?.took).toBeLessThan(timeLimit * 2)
    }
    await sleep(100)
    for (const { name, change, key } of waiting) {
      expect(await change.look(), name).toBe(false)
      const { method, path, body } = change.request
      expect((await steady(client).send(method, path, body, key))?.status, name).toBeOneOf([200, 204])
      expect(await change.look(), name).toBe(true)
      await change.goOn()
    }
  }

  test('changes result in 503 without effect when the object store refuses connections', async () => {
    await refused(hasty, { refuse: true })
  })

  test('changes result in 503 without effect when the responses of the object store are lost', async () => {
    await refused(hasty, { resetAfterReceived: 1 })
  })

  test('changes result in 503 without effect when the connection to the object store fails during an upload', async () => {
    await refused(hasty, { resetAfterSent: 700 })
  })

  test('changes result in 503 within the time limit of the request when the object store hangs, for any time limit of the storage', async () => {
    await refused(hasty, { hang: true })
    await refused(patient, { hang: true })
  })

  test('a slow object store delays requests without an error', async () => {
    for (const [, prepare] of changes) {
      proxy.faults = { latency: 20 }
      const change = await prepare(steady(patient), `t_${(names += 1)}`)
      await done(steady(patient), change.request)
      expect(await change.look()).toBe(true)
    }
  })

  test('while the object store is unavailable, tables with metadata only in the store and the readiness endpoint result in 503', async () => {
    await create(steady(hasty), 'away')
    const { path, body } = commitRequest('away', append(1, 1), [mainIs(null)])
    proxy.faults = { refuse: true }
    proxy.resetAll()
    expect(await hasty.send('GET', `${tables}/away`)).toMatchObject(unavailable)
    expect(await hasty.send('POST', path, body)).toMatchObject(unavailable)
    expect(await hasty.send('GET', '/health/ready')).toMatchObject({
      status: 503,
      json: { checks: { storage: 'failing' } },
    })
    proxy.faults = {}
    expect((await steady(hasty).send('GET', `${tables}/away`))?.status).toBe(200)
    expect((await steady(hasty).send('POST', path, body))?.status).toBe(200)
    expect((await hasty.send('GET', '/health/ready'))?.status).toBe(200)
  })

  test('the object store contains only metadata files after the faults', async () => {
    for await (const entry of storages[0]?.list('s3://lake/wh/') ?? [])
      expect(entry.location).toMatch(/\/metadata\/\d{5}-[0-9a-f-]{36}\.metadata\.json$/)
  })
})
