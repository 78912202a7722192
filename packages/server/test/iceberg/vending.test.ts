import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { statement } from '../../src/store/sql.ts'
import { type TestResponse, type TestCaller, type TestServer, testServer } from '../server.ts'
import { readCredential, keyBelow, storageClient, storageOutcome } from './credentials.ts'
import { commit, objectAt, schema, setProperties, textAt } from './tables.ts'

const asking = { 'x-iceberg-access-delegation': 'vended-credentials' }
const tables = 'namespaces/n/tables'

let server: TestServer
let reader: TestCaller
let writer: TestCaller

beforeAll(async () => {
  server = await testServer({ vending: { mode: 'gateway', whenNotAsked: false } })
  await server.send('POST', 'namespaces', { namespace: ['n'] })
  reader = await server.caller('reader')
  writer = await server.caller('writer')
  const on = { kind: 'warehouse', id: server.warehouseId } as const
  await server.grant({ privilege: 'select', on, to: reader })
  await server.grant({ privilege: 'create', on, to: writer })
  await server.grant({ privilege: 'modify', on, to: writer })
})
afterAll(() => server[Symbol.asyncDispose]())

async function staged(name: string, caller = writer): Promise<TestResponse> {
  const response = await caller.send('POST', tables, { name, schema, 'stage-create': true }, asking)
  expect(response.status).toBe(200)
  return response
}

describe('a load that asks for storage access', () => {
  test('a load returns one credential for the location of the table, in all fields that clients read', async () => {
    await server.send('POST', tables, { name: 'orders', schema })
    const response = await writer.send('GET', `${tables}/orders`, undefined, asking)
    const { prefix, config } = readCredential(response)
    expect(prefix).toBe(`${textAt(response.json, 'metadata', 'location')}/`)
    expect(objectAt(response.json, 'config')).toMatchObject(config)
    const expires = Number(config['s3.session-token-expires-at-ms'])
    expect(expires - Date.now()).toBeGreaterThan(15 * 60_000)
    expect(config['client.refresh-credentials-endpoint']).toMatch(
      /^v1\/lakehouse\/namespaces\/n\/tables\/orders\/credentials\?storageRefreshToken=/,
    )
    expect(textAt(response.json, 'config', 'credentials.uri')).toMatch(/^http:\/\/headgate\.test\/v1\//)
    expect(response.headers.get('cache-control')).toContain('private')
  })

  test("a load returns the caller's own credential, compressed and plain, also after requests of other callers", async () => {
    const fields = Array.from({ length: 200 }, (_, n) => ({
      id: n + 1,
      name: `column_${crypto.randomUUID()}`,
      type: 'long',
      required: false,
    }))
    await server.send('POST', tables, { name: 'wide', schema: { type: 'struct', fields } })
    const load = (caller: TestCaller, encoding: string): Promise<TestResponse> =>
      caller.send('GET', `${tables}/wide`, undefined, { ...asking, 'accept-encoding': encoding })
    const keys = new Set<string>()
    for (const caller of [writer, reader]) {
      const plain = await load(caller, 'identity')
      const compressed = await load(caller, 'gzip')
      await load(caller === writer ? reader : writer, 'gzip')
      const again = await load(caller, 'gzip')
      expect(plain.headers.get('content-encoding')).toBeNull()
      expect(compressed.headers.get('content-encoding')).toBe('gzip')
      expect(compressed.json).toEqual(plain.json)
      expect(again.json).toEqual(plain.json)
      expect(again.headers.get('etag')).toBe(plain.headers.get('etag'))
      keys.add(readCredential(compressed).config['s3.secret-access-key'] ?? '')
    }
    expect(keys.size).toBe(2)
    const bare = await reader.send('GET', `${tables}/wide`, undefined, { 'accept-encoding': 'gzip' })
    expect(objectAt(bare.json)['storage-credentials']).toBeUndefined()
  })

  test('a load returns no credential to a client that does not request one, if the warehouse vends only on request', async () => {
    const response = await writer.send('GET', `${tables}/orders`)
    expect(objectAt(response.json)['storage-credentials']).toBeUndefined()
    expect(objectAt(response.json, 'config')).toEqual({})
  })

  test('a reader of a table gets a credential for reads and lists, not for writes, and no credential permits access outside the table', async () => {
    await writer.send('POST', tables, { name: 'mine', schema })
    const written = await writer.send('GET', `${tables}/mine`, undefined, asking)
    const location = textAt(written.json, 'metadata', 'location')
    const file = keyBelow(location, 'data/1.parquet')
    await storageClient(readCredential(written)).send(new PutObjectCommand({ ...file, Body: 'rows' }))

    const loaded = await reader.send('GET', `${tables}/mine`, undefined, asking)
    const reading = storageClient(readCredential(loaded))
    const read = await reading.send(new GetObjectCommand(file))
    expect(await read.Body?.transformToString()).toBe('rows')
    const listed = await reading.send(
      new ListObjectsV2Command({ Bucket: 'lakehouse', Prefix: keyBelow(location, 'data/').Key }),
    )
    expect(listed.Contents?.map(({ Key }) => Key)).toEqual([file.Key])
    expect(await storageOutcome(reading.send(new PutObjectCommand({ ...file, Body: 'other' })))).toBe(
      'AccessDenied',
    )

    const other = await server.send('GET', `${tables}/orders`)
    const foreign = keyBelow(textAt(other.json, 'metadata', 'location'), 'data/1.parquet')
    expect(
      await storageOutcome(
        storageClient(readCredential(written)).send(new PutObjectCommand({ ...foreign, Body: 'x' })),
      ),
    ).toBe('AccessDenied')
    const all = new ListObjectsV2Command({ Bucket: 'lakehouse' })
    expect(await storageOutcome(reading.send(all))).toBe('AccessDenied')
  })

  test('loads return the same ETag while they return the same credential, and another ETag to another caller', async () => {
    const first = await reader.send('GET', `${tables}/orders`, undefined, asking)
    const etag = first.headers.get('etag') ?? ''
    const again = await reader.send('GET', `${tables}/orders`, undefined, {
      ...asking,
      'if-none-match': etag,
    })
    expect(again.status).toBe(304)
    const plain = await reader.send('GET', `${tables}/orders`, undefined, { 'if-none-match': etag })
    expect(plain.status).toBe(200)
    const other = await writer.send('GET', `${tables}/orders`, undefined, {
      ...asking,
      'if-none-match': etag,
    })
    expect(other.status).toBe(200)
  })
})

describe('a table that is being created', () => {
  test('the keys of a staged table permit writes, and its token refreshes the keys also after the commit', async () => {
    const response = await staged('ctas')
    const first = readCredential(response)
    const location = textAt(response.json, 'metadata', 'location')
    await storageClient(first).send(new PutObjectCommand({ ...keyBelow(location, 'data/a'), Body: '1' }))

    const path = `${tables}/ctas/credentials`
    const second = readCredential(await writer.send('GET', `${path}?storageRefreshToken=${first.token}`))
    expect(second.prefix).toBe(first.prefix)
    expect(second.token).not.toBe(first.token)
    await storageClient(second).send(new PutObjectCommand({ ...keyBelow(location, 'data/b'), Body: '2' }))
    expect((await writer.send('GET', `${path}?storageRefreshToken=${first.token}`)).status).toBe(200)

    const created = await writer.send('POST', `${tables}/ctas`, {
      requirements: [{ type: 'assert-create' }],
      updates: createUpdates(response),
    })
    expect(created.status).toBe(200)
    const third = readCredential(await writer.send('GET', `${path}?storageRefreshToken=${second.token}`))
    const read = await storageClient(third).send(new GetObjectCommand(keyBelow(location, 'data/a')))
    expect(await read.Body?.transformToString()).toBe('1')
    // Credentials from before the commit remain valid until they expire.
    expect(
      await storageOutcome(storageClient(first).send(new GetObjectCommand(keyBelow(location, 'data/b')))),
    ).toBe('done')
  })

  test('a staged table is hidden from callers without its token, and from other callers that have the token', async () => {
    const { token } = readCredential(await staged('secret'))
    const path = `${tables}/secret/credentials`
    const without = await writer.send('GET', path)
    expect(without).toMatchObject({
      status: 404,
      json: {
        error: { type: 'NoSuchTableException', message: expect.stringContaining('staged') as unknown },
      },
    })
    const stolen = await reader.send('GET', `${path}?storageRefreshToken=${token}`)
    const forged = await writer.send('GET', `${path}?storageRefreshToken=${token.slice(0, -4)}AAAA`)
    for (const refused of [stolen, forged]) {
      expect(refused.status).toBe(404)
      expect(textAt(refused.json, 'error', 'message')).toContain('storageRefreshToken')
    }
    expect(stolen.json).toEqual(forged.json)
    const both = await writer.send('GET', `${path}?storageRefreshToken=${token}&planId=p`)
    expect(both.status).toBe(400)
  })

  test('each of two staged tables with the same name has its own token, which refreshes only keys for that table', async () => {
    const one = await staged('twin')
    const two = await staged('twin')
    for (const response of [one, two]) {
      const { prefix, token } = readCredential(response)
      const renewed = await writer.send('GET', `${tables}/twin/credentials?storageRefreshToken=${token}`)
      expect(readCredential(renewed).prefix).toBe(prefix)
    }
    expect(readCredential(one).prefix).not.toBe(readCredential(two).prefix)
  })

  test('a repeated stage-create with its Idempotency-Key returns the same table and valid keys', async () => {
    const key = { ...asking, 'idempotency-key': '019a9b1c-0000-7000-8000-000000000001' }
    const body = { name: 'again', schema, 'stage-create': true }
    const first = await writer.send('POST', tables, body, key)
    const second = await writer.send('POST', tables, body, key)
    expect(textAt(second.json, 'metadata', 'location')).toBe(textAt(first.json, 'metadata', 'location'))
    expect(textAt(second.json, 'metadata', 'table-uuid')).toBe(textAt(first.json, 'metadata', 'table-uuid'))
    const location = textAt(second.json, 'metadata', 'location')
    const put = new PutObjectCommand({ ...keyBelow(location, 'x'), Body: 'x' })
    expect(await storageOutcome(storageClient(readCredential(second)).send(put))).toBe('done')
  })
})

describe('a revoked right', () => {
  test('after a right is revoked, the server refuses the next refresh, and the gateway refuses the keys', async () => {
    const fired = await server.caller('fired')
    const right = {
      privilege: 'create',
      on: { kind: 'warehouse', id: server.warehouseId },
      to: fired,
    } as const
    await server.grant(right)
    const response = await staged('half', fired)
    const credential = readCredential(response)
    const put = keyBelow(textAt(response.json, 'metadata', 'location'), 'x')
    await storageClient(credential).send(new PutObjectCommand({ ...put, Body: '1' }))
    await server.revoke(right)
    const refused = await fired.send(
      'GET',
      `${tables}/half/credentials?storageRefreshToken=${credential.token}`,
    )
    expect([403, 404]).toContain(refused.status)
    await expect
      .poll(async () =>
        storageOutcome(storageClient(credential).send(new PutObjectCommand({ ...put, Body: '2' }))),
      )
      .toBe('AccessDenied')
  })
})

test('a rename and other commits do not interrupt a job that uses issued keys', async () => {
  await writer.send('POST', tables, { name: 'moving', schema })
  const response = await writer.send('GET', `${tables}/moving`, undefined, asking)
  const credential = readCredential(response)
  const name = (table: string): object => ({ namespace: ['n'], name: table })
  await commit(writer.send, `${tables}/moving`, [setProperties({ a: '1' })])
  const moved = await server.send('POST', '/v1/lakehouse/tables/rename', {
    source: { ...name('moving') },
    destination: { ...name('moved') },
  })
  expect(moved.status).toBe(204)
  const put = keyBelow(textAt(response.json, 'metadata', 'location'), 'data/x')
  expect(
    await storageOutcome(storageClient(credential).send(new PutObjectCommand({ ...put, Body: 'x' }))),
  ).toBe('done')
  const path = `${tables}/moving/credentials?storageRefreshToken=${credential.token}`
  expect((await writer.send('GET', path)).status).toBe(200)
})

describe('a table that changed its location', () => {
  const move = (name: string, location: string): Promise<TestResponse> =>
    commit(writer.send, `${tables}/${name}`, [{ action: 'set-location', location }])
  const get = ({ config }: ReturnType<typeof readCredential>, at: { Bucket: string; Key: string }): unknown =>
    storageOutcome(storageClient({ config }).send(new GetObjectCommand(at)))

  test('the keys of a table permit reads and writes at its former location, because its snapshots refer to files there', async () => {
    await server.send('POST', tables, { name: 'nomad', schema })
    const before = await writer.send('GET', `${tables}/nomad`, undefined, asking)
    const left = textAt(before.json, 'metadata', 'location')
    const file = keyBelow(left, 'data/x')
    await storageClient(readCredential(before)).send(new PutObjectCommand({ ...file, Body: 'x' }))
    expect((await move('nomad', `${left}-moved`)).status).toBe(200)

    const after = readCredential(await writer.send('GET', `${tables}/nomad`, undefined, asking))
    expect(await get(after, file)).toBe('done')
    const there = keyBelow(`${left}-moved`, 'data/y')
    expect(
      await storageOutcome(storageClient(after).send(new PutObjectCommand({ ...there, Body: 'y' }))),
    ).toBe('done')
    // Keys from before the change of location remain valid for the same locations.
    await expect.poll(() => get(readCredential(before), file)).toBe('done')
    expect(await get(readCredential(before), there)).toBe('AccessDenied')
    expect(await get(readCredential(await reader.send('GET', `${tables}/nomad/credentials`)), file)).toBe(
      'done',
    )
    // A job that began before the change refreshes its keys and gets access to the same locations.
    const path = `${tables}/nomad/credentials?storageRefreshToken=${readCredential(before).token}`
    const renewed = readCredential(await writer.send('GET', path))
    expect(renewed.prefix).toBe(readCredential(before).prefix)
    expect([await get(renewed, file), await get(renewed, there)]).toEqual(['done', 'AccessDenied'])
  })

  test('the keys of a table permit reads at its former location, also after another metadata file is registered over the table', async () => {
    await server.send('POST', tables, { name: 'rewound', schema })
    const before = await writer.send('GET', `${tables}/rewound`, undefined, asking)
    const left = textAt(before.json, 'metadata', 'location')
    const file = keyBelow(left, 'data/x')
    await storageClient(readCredential(before)).send(new PutObjectCommand({ ...file, Body: 'x' }))
    expect((await move('rewound', `${left}-moved`)).status).toBe(200)
    const { json } = await server.send('GET', `${tables}/rewound`)
    const newest = {
      name: 'rewound',
      'metadata-location': textAt(json, 'metadata-location'),
      overwrite: true,
    }
    expect((await server.send('POST', 'namespaces/n/register', newest)).status).toBe(200)
    const after = readCredential(await writer.send('GET', `${tables}/rewound`, undefined, asking))
    expect(await get(after, file)).toBe('done')
  })

  test('the keys of a table that changed its location many times permit reads at the most recent former locations', async () => {
    await server.send('POST', tables, { name: 'restless', schema })
    const load = (): Promise<TestResponse> => writer.send('GET', `${tables}/restless`, undefined, asking)
    const first = textAt((await load()).json, 'metadata', 'location')
    const places = Array.from({ length: 10 }, (_, index) => `${first}-${index}`)
    for (const place of places) {
      expect((await move('restless', place)).status).toBe(200)
      const at = keyBelow(place, 'data/x')
      await storageClient(readCredential(await load())).send(new PutObjectCommand({ ...at, Body: 'x' }))
    }
    const last = readCredential(await load())
    for (const place of places.slice(-7)) expect(await get(last, keyBelow(place, 'data/x'))).toBe('done')
    expect(await get(last, keyBelow(places[0] ?? '', 'data/x'))).toBe('AccessDenied')
  })
})

describe('a server without the storage gateway that its warehouse needs', () => {
  test('a server without the storage gateway returns instructions to clients that request credentials, and serves all others', async () => {
    await using switchedOff = await testServer({
      vending: { mode: 'gateway', whenNotAsked: true },
      gatewayUrl: null,
    })
    await switchedOff.send('POST', 'namespaces', { namespace: ['n'] })
    expect((await switchedOff.send('POST', tables, { name: 't', schema })).status).toBe(200)
    const plain = await switchedOff.send('GET', `${tables}/t`)
    expect(plain.status).toBe(200)
    expect(objectAt(plain.json)['storage-credentials']).toBeUndefined()
    for (const path of [`${tables}/t`, `${tables}/t/credentials`]) {
      const refused = await switchedOff.send('GET', path, undefined, asking)
      expect(refused.status).toBe(406)
      expect(textAt(refused.json, 'error', 'message')).toMatch(/does not support.* HEADGATE_S3_PUBLIC_URL/)
    }
  })
})

test('a server with its maximum number of running requests still renews credentials', async () => {
  const limits = {
    maxBodyBytes: 100_000,
    maxJsonDepth: 20,
    maxJsonValues: 10_000,
    requestTimeoutMs: 60_000,
    maxConcurrentRequests: 1,
    maxNameBytes: 255,
    maxPageSize: 10,
  }
  await using busy = await testServer({ limits, vending: { mode: 'gateway', whenNotAsked: false } })
  await busy.send('POST', 'namespaces', { namespace: ['n'] })
  await busy.send('POST', tables, { name: 'orders', schema })
  const { token } = readCredential(await busy.send('GET', `${tables}/orders`, undefined, asking))
  const locked = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  const lock = busy.sql.transaction(async (tx) => {
    await tx.run(statement('test_vending_lock', 'select 1 from relation for update'))
    locked.resolve()
    await released.promise
  })
  await locked.promise
  const waiting = commit(busy.send, `${tables}/orders`, [setProperties({ a: '1' })])
  await expect.poll(async () => (await busy.send('GET', `${tables}/orders`)).status).toBe(429)
  const renewed = await busy.send('GET', `${tables}/orders/credentials?storageRefreshToken=${token}`)
  expect(renewed.status).toBe(200)
  released.resolve()
  await lock
  expect((await waiting).status).toBe(200)
})

/** Returns the updates that complete a staged create. */
function createUpdates(response: TestResponse): never[] {
  const metadata = objectAt(response.json, 'metadata')
  return [
    { action: 'assign-uuid', uuid: metadata['table-uuid'] },
    { action: 'upgrade-format-version', 'format-version': metadata['format-version'] },
    { action: 'add-schema', schema: (metadata['schemas'] as readonly unknown[])[0] },
    { action: 'set-current-schema', 'schema-id': -1 },
    { action: 'add-spec', spec: (metadata['partition-specs'] as readonly unknown[])[0] },
    { action: 'set-default-spec', 'spec-id': -1 },
    { action: 'add-sort-order', 'sort-order': (metadata['sort-orders'] as readonly unknown[])[0] },
    { action: 'set-default-sort-order', 'sort-order-id': -1 },
    { action: 'set-location', location: metadata['location'] },
  ] as never[]
}
