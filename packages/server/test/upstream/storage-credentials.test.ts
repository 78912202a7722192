import { setTimeout as sleep } from 'node:timers/promises'
import { openStorage, parseStorageProfile, type Storage } from '@headgate/storage'
import { type Json, parse, stringify } from '@headgate/json'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { commit, objectAt, readLocation, schema, textAt, toCreation } from '../iceberg/tables.ts'
import type { TestCaller, TestResponse } from '../server.ts'
import { type UpstreamFixture, upstreamFixture } from './upstream-fixture.ts'

let fixture: UpstreamFixture
let ann: TestCaller
let bob: TestCaller
let counter = 0
let logged = ''
const tables = 'namespaces/sales/tables'
const vended = { 'x-iceberg-access-delegation': 'vended-credentials' }
const bytes = Buffer.from('PAR1')
const fresh = (): string => `t${(counter += 1)}`

beforeAll(async () => {
  const log = pino({ level: 'trace' }, { write: (line: string) => void (logged += line) })
  const storage = { type: 's3', bucket: 'lakehouse', region: 'us-east-1', credentials: 'none' }
  fixture = await upstreamFixture({ credentials: 'relay' }, storage, { log })
  const { front } = fixture
  expect(await front.send('POST', 'namespaces', { namespace: ['sales'] })).toMatchObject({ status: 200 })
  ann = await front.caller('ann')
  bob = await front.caller('bob')
  const on = { kind: 'warehouse', id: front.warehouseId } as const
  for (const privilege of ['select', 'modify', 'create'] as const)
    await front.grant({ privilege, on, to: ann })
  await front.grant({ privilege: 'select', on, to: bob })
})
afterAll(() => fixture[Symbol.asyncDispose]())
beforeEach(() => {
  fixture.proxy.requests.length = 0
  fixture.proxy.intercept(() => 'forward')
})

/** Changes the settings of the upstream, and reads the warehouse again. */
async function configure(upstream: Readonly<Record<string, unknown>>): Promise<void> {
  const body = parse(JSON.stringify({ upstream }))
  expect(await fixture.front.send('PATCH', '/management/v1/warehouses/lakehouse', body)).toMatchObject({
    status: 200,
  })
}

/** Opens the whole bucket with the keys in a response. */
async function open(response: TestResponse): Promise<Storage> {
  const config = objectAt(response.json, 'config')
  return await openStorage(
    parseStorageProfile({
      type: 's3',
      bucket: 'lakehouse',
      region: config['client.region'],
      endpoint: config['s3.endpoint'],
      pathStyle: true,
      accessKeyId: config['s3.access-key-id'],
      secretAccessKey: config['s3.secret-access-key'],
      sessionToken: config['s3.session-token'],
    }),
  )
}

async function create(): Promise<{ readonly name: string; readonly location: string }> {
  const name = fresh()
  const created = await ann.send('POST', tables, { name, schema })
  expect(created.status).toBe(200)
  return { name, location: readLocation(created) }
}

const load = (caller: TestCaller, name: string): Promise<TestResponse> =>
  caller.send('GET', `${tables}/${name}`, undefined, vended)

function refreshPath(name: string, response: TestResponse): string {
  const endpoint = textAt(response.json, 'config', 'client.refresh-credentials-endpoint')
  return `${tables}/${name}/credentials${new URL(endpoint, 'http://x').search}`
}

/**
 * Returns the body of a loadCredentials response of the upstream in which properties of the storage credential are
 * changed.
 */
async function vendedByUpstream(name: string, changes: Readonly<Record<string, string>>): Promise<string> {
  const response = await fixture.upstream.send('GET', `${tables}/${name}/credentials`)
  const [credential] = objectAt({ list: response.json }, 'list')['storage-credentials'] as {
    config: object
  }[]
  return JSON.stringify({
    'storage-credentials': [{ ...credential, config: { ...credential?.config, ...changes } }],
  })
}

const credentialRequests = (): number =>
  fixture.proxy.requests.filter(({ path }) => path.includes('/credentials')).length

describe('mode relay', () => {
  beforeAll(() => configure({ credentials: 'relay' }))

  test('a client writes through the gateway of this server with keys of the upstream, which the client does not receive', async () => {
    const { name, location } = await create()
    const loaded = await load(ann, name)
    expect(textAt(loaded.json, 'config', 's3.endpoint')).toBe(fixture.front.gatewayUrl)
    const text = stringify(loaded.json)
    for (const hidden of [fixture.upstream.gatewayUrl, fixture.upstream.url, fixture.proxy.url])
      expect(text).not.toContain(hidden)
    await using storage = await open(loaded)
    await storage.put(`${location}/data/a.parquet`, bytes)
    expect(await storage.getBytes(`${location}/data/a.parquet`, { maxBytes: 100 })).toEqual(bytes)
    const listed: string[] = []
    for await (const entry of storage.list(`${location}/data/`)) listed.push(entry.location)
    expect(listed).toEqual([`${location}/data/a.parquet`])
  })

  test('keys for reading cannot write through the gateway, although the gateway has keys of the upstream that can', async () => {
    const { name, location } = await create()
    await using writer = await open(await load(ann, name))
    await writer.put(`${location}/data/a`, bytes)
    await using reader = await open(await load(bob, name))
    expect(await reader.getBytes(`${location}/data/a`, { maxBytes: 100 })).toEqual(bytes)
    await expect(reader.put(`${location}/data/b`, bytes)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(reader.delete(`${location}/data/a`)).rejects.toMatchObject({ code: 'forbidden' })
  })

  test('the keys of one table cannot access another table', async () => {
    const [one, other] = [await create(), await create()]
    await using storage = await open(await load(ann, one.name))
    await expect(storage.put(`${other.location}/data/a`, bytes)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(storage.getBytes(`${other.location}/metadata/x`, { maxBytes: 1 })).rejects.toMatchObject({
      code: 'forbidden',
    })
  })

  test('the server renews expired upstream keys during a session, and uses valid ones while the upstream fails', async () => {
    const { name, location } = await create()
    await configure({ limits: { concurrency: 60 + counter } })
    const end = Date.now() + 3_000
    const body = await vendedByUpstream(name, { 's3.session-token-expires-at-ms': String(end) })
    fixture.proxy.intercept(({ path }) => (path.includes('/credentials') ? { status: 200, body } : 'forward'))
    await using storage = await open(await load(ann, name))
    await storage.put(`${location}/data/a`, bytes)
    fixture.proxy.intercept(({ path }) =>
      path.includes('/credentials') ? { status: 503, body: '{}' } : 'forward',
    )
    await sleep(1_600)
    await storage.put(`${location}/data/b`, bytes)
    await sleep(Math.max(0, end - Date.now()))
    await expect(storage.head(`${location}/data/b`)).rejects.toMatchObject({ code: 'unavailable' })
    fixture.proxy.intercept(() => 'forward')
    await storage.put(`${location}/data/c`, bytes)
    expect(credentialRequests()).toBeGreaterThanOrEqual(3)
  })

  test('a gateway session ends when the upstream no longer vends keys', async () => {
    const { name, location } = await create()
    await configure({ limits: { concurrency: 60 + counter } })
    const end = Date.now() + 1_000
    const body = await vendedByUpstream(name, { 's3.session-token-expires-at-ms': String(end) })
    fixture.proxy.intercept(({ path }) => (path.includes('/credentials') ? { status: 200, body } : 'forward'))
    await using storage = await open(await load(ann, name))
    await storage.put(`${location}/data/a`, bytes)
    const refusal = { error: { message: 'no', type: 'ForbiddenException', code: 403 } }
    fixture.proxy.intercept(({ path }) =>
      path.includes('/credentials') ? { status: 403, body: JSON.stringify(refusal) } : 'forward',
    )
    await sleep(Math.max(0, end - Date.now()))
    await expect(storage.head(`${location}/data/a`)).rejects.toMatchObject({ code: 'forbidden' })
  })

  test.each(['http://169.254.169.254', 'http://10.1.2.3:9000', 'file:///etc'])(
    'the gateway does not connect to the storage endpoint %s of the upstream',
    async (endpoint) => {
      const { name, location } = await create()
      await configure({ limits: { concurrency: 60 + counter } })
      const body = await vendedByUpstream(name, { 's3.endpoint': endpoint })
      fixture.proxy.intercept(({ path }) =>
        path.includes('/credentials') ? { status: 200, body } : 'forward',
      )
      await using storage = await open(await load(ann, name))
      const failed = await storage.getBytes(`${location}/a`, { maxBytes: 1 }).catch((error: unknown) => error)
      expect(failed).toMatchObject({ code: expect.stringMatching(/forbidden|unavailable/) as unknown })
      expect(String(failed)).not.toContain('169.254')
    },
  )

  test('a gateway session of a renamed table uses its new name', async () => {
    const { name, location } = await create()
    await using storage = await open(await load(ann, name))
    const on = { kind: 'warehouse', id: fixture.front.warehouseId } as const
    await fixture.front.grant({ privilege: 'manage', on, to: ann })
    const rename = {
      source: { namespace: ['sales'], name },
      destination: { namespace: ['sales'], name: `${name}x` },
    }
    expect((await ann.send('POST', 'tables/rename', rename)).status).toBe(204)
    await configure({ limits: { concurrency: 60 + counter } })
    fixture.proxy.requests.length = 0
    await storage.put(`${location}/data/a`, bytes)
    expect(fixture.proxy.requests.map(({ path }) => path)).toEqual([
      expect.stringContaining('/v1/config'),
      expect.stringContaining(`/${name}x/credentials`),
    ])
    await fixture.front.revoke({ privilege: 'manage', on, to: ann })
  })

  test.each([false, true])(
    'the upstream keys of a staged table are renewed before its first commit (by another process: %s)',
    async (isOther) => {
      const name = fresh()
      const staged = await ann.send('POST', tables, { name, schema, 'stage-create': true }, vended)
      expect(staged.status).toBe(200)
      const location = readLocation(staged)
      await using first = await open(staged)
      await first.put(`${location}/data/a`, bytes)
      // A change of the settings discards the cached keys, so that the server has none, like another process.
      if (isOther) await configure({ limits: { concurrency: 60 + counter } })
      const renewed = await ann.send('GET', refreshPath(name, staged))
      expect(renewed.status).toBe(200)
      const [credential] = objectAt({ list: renewed.json }, 'list')['storage-credentials'] as never[]
      await using second = await open({ ...renewed, json: credential as never })
      await second.put(`${location}/data/b`, bytes)
      const { updates, requirements } = toCreation(staged)
      expect((await commit(ann.send, `${tables}/${name}`, updates, requirements)).status).toBe(200)
      await second.put(`${location}/data/c`, bytes)
    },
  )

  test('a gateway session of the credential mode relay ends when the mode changes', async () => {
    const { name, location } = await create()
    await using storage = await open(await load(ann, name))
    await storage.put(`${location}/data/a`, bytes)
    await configure({ credentials: 'none' })
    const other = await load(ann, name)
    expect(objectAt(other.json, 'config')).toEqual({})
    await configure({ credentials: 'relay' })
  })
})

describe('the check of the warehouse', () => {
  const check = async (): Promise<Json> =>
    (await fixture.front.send('POST', '/management/v1/warehouses/lakehouse/check')).json
  const finding = (name: string, ok: boolean, text: string): object => ({
    findings: expect.arrayContaining([
      { name, ok, message: expect.stringContaining(text) as unknown },
    ]) as unknown,
  })

  test('the warehouse check reports the credentials that the upstream vends for a table', async () => {
    await create()
    const report = await check()
    expect(report).toMatchObject(finding('credentials', true, 'They are renewed by loadCredentials'))
    expect(report).toMatchObject({ ok: true })
  })

  test('the warehouse check reports an upstream that vends no credentials, and a storage endpoint that is not allowed', async () => {
    const { proxy, upstream } = fixture
    const { json } = await upstream.send('GET', tables)
    const [first] = objectAt({ json }, 'json')['identifiers'] as { name: string }[]
    const real = await upstream.send('GET', `${tables}/${first?.name}`, undefined, vended)
    const answer = (changes: object): void => {
      const body = stringify(parse(JSON.stringify({ ...JSON.parse(stringify(real.json)), ...changes })))
      proxy.intercept(({ path }) => (/tables\/\w+\?/.test(path) ? { status: 200, body } : 'forward'))
    }
    answer({ config: {}, 'storage-credentials': [] })
    expect(await check()).toMatchObject(finding('credentials', false, 'vends no storage credentials'))
    const config = { ...objectAt(real.json, 'config'), 's3.endpoint': 'http://10.1.2.3' }
    answer({ config, 'storage-credentials': [] })
    expect(await check()).toMatchObject(finding('credentials', false, 'HEADGATE_PRIVATE_ENDPOINTS=10.1.2.3'))
  })

  test('the warehouse check reports an account for readers whose credentials can write', async () => {
    const { upstream } = fixture
    const account = await upstream.caller(fresh())
    const on = { kind: 'warehouse', id: upstream.warehouseId } as const
    await upstream.grant({ privilege: 'select', on, to: account })
    await configure({
      authRead: { 'rest.auth.type': 'bearer' },
      secretsRead: { 'rest.auth.bearer.token': account.token },
    })
    expect(await check()).toMatchObject(finding('reader', true, 'cannot write'))
    await upstream.grant({ privilege: 'modify', on, to: account })
    expect(await check()).toMatchObject(finding('reader', false, 'also write'))
    await configure({ authRead: {} })
  })
})

describe('mode none', () => {
  beforeAll(() => configure({ credentials: 'none' }))

  test('with the credential mode none, the server issues no credentials, also when a client requests them', async () => {
    const { name } = await create()
    const loaded = await load(ann, name)
    expect(loaded.status).toBe(200)
    expect(objectAt(loaded.json, 'config')).toEqual({})
    expect(loaded.json).not.toHaveProperty('storage-credentials')
    expect(await ann.send('GET', `${tables}/${name}/credentials`)).toMatchObject({
      status: 200,
      json: { 'storage-credentials': [] },
    })
    expect(credentialRequests()).toBe(0)
  })
})

describe('mode pass', () => {
  const authRead = { 'rest.auth.type': 'bearer' }
  beforeAll(() => configure({ credentials: 'pass' }))

  test('with the credential mode pass, a caller that may modify the table receives the keys of the upstream, with the refresh endpoint of this server', async () => {
    const { name, location } = await create()
    const loaded = await load(ann, name)
    expect(loaded.status).toBe(200)
    const config = objectAt(loaded.json, 'config')
    expect(config['s3.endpoint']).toBe(fixture.upstream.gatewayUrl)
    expect(config['credentials.uri']).toMatch(/^http:\/\/headgate\.test\//)
    expect(config['client.refresh-credentials-endpoint']).toContain('v1/lakehouse/')
    const [credential] = objectAt({ list: loaded.json }, 'list')['storage-credentials'] as {
      config: object
    }[]
    expect(credential?.config).toMatchObject({ 's3.access-key-id': config['s3.access-key-id'] })
    expect(stringify(loaded.json)).not.toContain(fixture.proxy.url)
    await using storage = await open(loaded)
    await storage.put(`${location}/data/a`, bytes)
    const renewed = await ann.send('GET', refreshPath(name, loaded))
    expect(renewed.status).toBe(200)
    expect(stringify(renewed.json)).toContain(fixture.upstream.gatewayUrl)
  })

  test('with the credential mode pass, a caller that may only read receives no keys, because the keys of the upstream can also write', async () => {
    const { name } = await create()
    expect(await load(bob, name)).toMatchObject({
      status: 403,
      json: { error: { message: expect.stringContaining('also allow writes') as unknown } },
    })
    expect(await bob.send('GET', `${tables}/${name}/credentials`)).toMatchObject({ status: 403 })
    const loaded = await bob.send('GET', `${tables}/${name}`)
    expect(loaded.status).toBe(200)
    expect(objectAt(loaded.json, 'config')).toEqual({})
  })

  test('with the credential mode pass, a renewal is refused when the caller has lost the privilege', async () => {
    const { name } = await create()
    const carl = await fixture.front.caller(fresh())
    const on = { kind: 'warehouse', id: fixture.front.warehouseId } as const
    await fixture.front.grant({ privilege: 'modify', on, to: carl })
    const loaded = await load(carl, name)
    expect(loaded.status).toBe(200)
    await fixture.front.revoke({ privilege: 'modify', on, to: carl })
    await fixture.front.grant({ privilege: 'select', on, to: carl })
    expect((await carl.send('GET', refreshPath(name, loaded))).status).toBe(403)
  })

  test('with the credential mode pass, the keys of a staged table are renewed before its first commit', async () => {
    const name = fresh()
    const staged = await ann.send('POST', tables, { name, schema, 'stage-create': true }, vended)
    expect(textAt(staged.json, 'config', 's3.endpoint')).toBe(fixture.upstream.gatewayUrl)
    await configure({ limits: { concurrency: 60 + counter } })
    expect((await ann.send('GET', refreshPath(name, staged))).status).toBe(200)
  })

  test('a caller that may only read receives the keys of the account for readers, which cannot write', async () => {
    const { front, upstream, proxy } = fixture
    const account = await upstream.caller(fresh())
    await upstream.grant({
      privilege: 'select',
      on: { kind: 'warehouse', id: upstream.warehouseId },
      to: account,
    })
    await configure({ authRead, secretsRead: { 'rest.auth.bearer.token': account.token } })
    const { name, location } = await create()
    await using writer = await open(await load(ann, name))
    await writer.put(`${location}/data/a`, bytes)
    proxy.requests.length = 0
    const loaded = await load(bob, name)
    expect(loaded.status).toBe(200)
    for (const { headers } of proxy.requests) expect(headers.authorization).toBe(`Bearer ${account.token}`)
    await using reader = await open(loaded)
    expect(await reader.getBytes(`${location}/data/a`, { maxBytes: 100 })).toEqual(bytes)
    await expect(reader.put(`${location}/data/b`, bytes)).rejects.toMatchObject({ code: 'forbidden' })
    expect(stringify(loaded.json)).not.toContain(account.token)
    expect(logged).not.toContain(account.token)
    await configure({ authRead: {} })
    expect(await front.send('GET', '/management/v1/warehouses/lakehouse')).toMatchObject({ status: 200 })
  })
})

test('no log contains keys of the upstream', async () => {
  const { upstream } = fixture
  const { name } = await create()
  const response = await upstream.send('GET', `${tables}/${name}/credentials`)
  const text = stringify(response.json)
  for (const [, secret = ''] of text.matchAll(/"s3\.(?:secret-access-key|session-token)":"([^"]+)"/g)) {
    expect(secret).not.toBe('')
    expect(logged).not.toContain(secret)
  }
})
