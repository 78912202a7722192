import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import type { Json } from '@headgate/json'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openEngine } from '../access/access-fixture.ts'
import { anonymousId } from '../../src/reserved-ids.ts'
import { insertEngine } from '../../src/store/engines.ts'
import { pruneStorageAccess } from '../../src/store/storage-access.ts'
import { bumpPolicy } from '../../src/store/policies.ts'
import { statement } from '../../src/store/sql.ts'
import { keyBelow, readCredential, storageClient, storageOutcome } from '../iceberg/credentials.ts'
import { schema, textAt } from '../iceberg/tables.ts'
import { type Send, type TestCaller, type TestResponse, type TestServer, testServer } from '../server.ts'

interface Access {
  readonly principal: { readonly id: string; readonly name: string | null }
  readonly engine: { readonly name: string } | null
  readonly table: unknown
  readonly access: string
  readonly mode: string
  readonly keyId: string
  readonly issues: number
  readonly firstIssuedAt: string
  readonly lastIssuedAt: string
  readonly validUntil: string
  readonly renewableUntil: string | null
  readonly lastUsedAt: string | null
  readonly state: string
  readonly revokedAt: string | null
  readonly endsAt: string
}

interface Listed {
  readonly access: readonly Access[]
  readonly completeUntil: string
  readonly gaps: readonly { readonly from: string; readonly until: string }[]
  readonly nextPageToken?: string | null
}

const asking = { 'x-iceberg-access-delegation': 'vended-credentials' }
const tables = 'namespaces/n/tables'

let server: TestServer
beforeAll(async () => {
  server = await testServer({ vending: { mode: 'gateway', whenNotAsked: false } })
  await server.send('POST', 'namespaces', { namespace: ['n'] })
})
afterAll(() => server[Symbol.asyncDispose]())

async function newReader(name: string): Promise<TestCaller> {
  const caller = await server.caller(name)
  await server.grant({ privilege: 'modify', on: { kind: 'warehouse', id: server.warehouseId }, to: caller })
  return caller
}

async function list(query = '', send: Send = server.send): Promise<Listed> {
  const { status, json } = await send('GET', `/management/v1/storage-access?${query}`)
  expect(status).toBe(200)
  return json as unknown as Listed
}

/** Waits until the record contains a number of credentials, for at most five seconds. */
async function listed(query: string, count: number): Promise<readonly Access[]> {
  await expect.poll(async () => (await list(query)).access.length, { timeout: 5_000 }).toBe(count)
  return (await list(query)).access
}

const load = (send: Send, name: string): Promise<TestResponse> =>
  send('GET', `${tables}/${name}`, undefined, asking)

/** Creates a table and returns its location. */
async function newTable(name: string): Promise<string> {
  const { status, json } = await server.send('POST', tables, { name, schema })
  expect(status).toBe(200)
  return textAt(json, 'metadata', 'location')
}

const revoke = (body: Json): Promise<TestResponse> =>
  server.send('POST', '/management/v1/storage-access/revoke', body)

describe('the record of issued storage credentials', () => {
  test('the list of storage access contains a credential within five seconds, with its holder, table, right, key, times and last use', async () => {
    const location = await newTable('orders')
    const alice = await newReader('alice')
    const startedAt = Date.now()
    const credential = readCredential(await load(alice.send, 'orders'))
    await load(alice.send, 'orders')
    await storageClient(credential).send(new PutObjectCommand({ ...keyBelow(location, 'a'), Body: 'x' }))
    const [access] = await listed('principal=alice', 1)
    const expiry = Number(credential.config['s3.session-token-expires-at-ms'])
    expect(access).toMatchObject({
      principal: { name: 'alice' },
      engine: null,
      table: { warehouse: 'lakehouse', namespace: ['n'], relation: 'orders' },
      access: 'read-write',
      mode: 'gateway',
      keyId: credential.config['s3.access-key-id'],
      state: 'active',
      revokedAt: null,
      validUntil: new Date(expiry).toISOString(),
      endsAt: new Date(expiry).toISOString(),
    })
    for (const time of [access?.firstIssuedAt, access?.lastIssuedAt, access?.lastUsedAt]) {
      expect(Date.parse(time ?? '')).toBeGreaterThanOrEqual(startedAt)
      expect(Date.parse(time ?? '')).toBeLessThanOrEqual(Date.now())
    }
    expect(Date.parse(access?.renewableUntil ?? '')).toBeGreaterThan(expiry)
    const { completeUntil, gaps } = await list()
    expect(Date.now() - Date.parse(completeUntil)).toBeLessThan(15_000)
    expect(gaps).toEqual([])
  })

  test('the list of storage access and its rows contain no secret', async () => {
    const rows = await server.sql.run(statement('test_all_access', 'select * from storage_access'))
    const bob = await newReader('bob')
    await newTable('secretive')
    const { config, token } = readCredential(await load(bob.send, 'secretive'))
    await listed('principal=bob', 1)
    const text = JSON.stringify([rows, await list()])
    for (const secret of [config['s3.secret-access-key'], config['s3.session-token'], token])
      expect(text).not.toContain(secret ?? expect.unreachable())
  })

  test('callers list their own storage credentials, holders of manage on a table those of the table, and other callers none', async () => {
    await newTable('shared')
    const [carol, dave] = [await newReader('carol'), await newReader('dave')]
    await load(carol.send, 'shared')
    await listed('principal=carol', 1)
    expect((await list('principal=carol', carol.send)).access).toHaveLength(1)
    const path = '/management/v1/storage-access'
    const ofTable = 'warehouse=lakehouse&namespace=n&table=shared'
    for (const query of ['', '?principal=carol', `?${ofTable}`, '?engine=trino'])
      expect((await dave.send('GET', path + query)).status).toBe(403)
    await server.grant({ privilege: 'manage', on: { kind: 'warehouse', id: server.warehouseId }, to: dave })
    await expect.poll(async () => (await dave.send('GET', `${path}?${ofTable}`)).status).toBe(200)
    expect((await list(ofTable, dave.send)).access).toMatchObject([{ principal: { name: 'carol' } }])
    expect((await dave.send('GET', `${path}?${ofTable}&principal=carol`)).status).toBe(403)
  })

  test('an expired storage credential is not listed, and its row is deleted', async () => {
    await newTable('brief')
    const erin = await newReader('erin')
    await load(erin.send, 'brief')
    await listed('principal=erin', 1)
    await server.sql.run(
      statement(
        'test_expire',
        `update storage_access set valid_until = now() - interval '1 s' where principal_id = $1`,
      ),
      [erin.id],
    )
    await listed('principal=erin', 0)
    expect(await pruneStorageAccess(server.sql, 1_000)).toBe(1)
  })

  test('the pages of the list of storage access contain each credential once', async () => {
    const frank = await newReader('frank')
    for (let n = 0; n < 7; n += 1) {
      await newTable(`page_${n}`)
      await load(frank.send, `page_${n}`)
    }
    await listed('principal=frank', 7)
    const keys: string[] = []
    for (let token: string | null | undefined = ''; token !== null && token !== undefined;) {
      const after = token === '' ? '' : `&pageToken=${encodeURIComponent(token)}`
      const page = await list(`principal=frank&pageSize=3${after}`)
      keys.push(...page.access.map(({ keyId }) => keyId))
      token = page.nextPageToken
    }
    expect(keys).toHaveLength(7)
    expect(new Set(keys).size).toBe(7)
  })
})

describe('a revocation', () => {
  const of = {
    principal: (name: string) => revoke({ principal: name }),
    table: (_: string, table: string) =>
      server.send('POST', '/management/v1/warehouses/lakehouse/revoke-access', { namespace: ['n'], table }),
    warehouse: () => server.send('POST', '/management/v1/warehouses/lakehouse/revoke-access', {}),
  }

  test.each(['principal', 'table', 'warehouse'] as const)(
    'a revocation for a %s ends its storage credentials at the gateway and their renewal, and the list shows the revocation',
    async (kind) => {
      const location = await newTable(`revoked_${kind}`)
      const reader = await newReader(`reader-of-${kind}`)
      const before = readCredential(await load(reader.send, `revoked_${kind}`))
      const use = (from: typeof before): Promise<string> =>
        storageOutcome(
          storageClient(from).send(new PutObjectCommand({ ...keyBelow(location, 'a'), Body: 'x' })),
        )
      expect(await use(before)).toBe('done')
      const [active] = await listed(`principal=reader-of-${kind}`, 1)
      expect(active?.state).toBe('active')

      const revokedAt = Date.now()
      expect((await of[kind](`reader-of-${kind}`, `revoked_${kind}`)).status).toBe(200)
      // The gateway applies the revocation for a principal immediately, but caches decisions about tables and
      // warehouses for up to 30 s. The test does not wait that long.
      if (kind === 'principal') expect(await use(before)).toBe('AccessDenied')
      const renewal = `${tables}/revoked_${kind}/credentials?storageRefreshToken=${before.token}`
      expect((await reader.send('GET', renewal)).status).toBe(404)
      const [shown] = (await list(`principal=reader-of-${kind}`)).access
      expect(shown).toMatchObject({ state: 'revoked', keyId: before.config['s3.access-key-id'] })
      expect(Date.parse(shown?.endsAt ?? '') - revokedAt).toBeLessThanOrEqual(31_000)

      const after = readCredential(await load(reader.send, `revoked_${kind}`))
      expect(after.config['s3.access-key-id']).not.toBe(before.config['s3.access-key-id'])
      expect(await use(after)).toBe('done')
      const both = await listed(`principal=reader-of-${kind}`, 2)
      expect(both.map(({ state }) => state).toSorted()).toEqual(['active', 'revoked'])
    },
  )

  test('a revocation for an engine ends storage access that the engine received for users, and not access that the users received themselves', async () => {
    const location = await newTable('behind')
    const user = await newReader('grace')
    const engine = await server.caller('trino')
    await server.sql.transaction(async (tx) => {
      await bumpPolicy(tx)
      await insertEngine(tx, engine.id, {
        ...openEngine,
        subjects: [{ issuer: 'headgate', pattern: '*', groups: [] }],
      })
    })
    const exchanged = await fetch(`${server.url}/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Bearer ${engine.token}` },
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: user.token,
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      }),
    })
    expect(exchanged.status).toBe(200)
    const { access_token: token } = (await exchanged.json()) as { access_token: string }
    const behind: Send = (method, path, body, headers) =>
      server.send(method, path, body, { ...headers, authorization: `Bearer ${token}` })
    const [own, acted] = [
      readCredential(await load(user.send, 'behind')),
      readCredential(await load(behind, 'behind')),
    ]
    const use = (from: typeof own): Promise<string> =>
      storageOutcome(storageClient(from).send(new GetObjectCommand(keyBelow(location, 'missing'))))
    expect([await use(own), await use(acted)]).toEqual(['NoSuchKey', 'NoSuchKey'])
    expect(await listed('engine=trino', 1)).toMatchObject([
      { principal: { name: 'grace' }, engine: { name: 'trino' } },
    ])

    expect((await revoke({ engine: 'trino' })).status).toBe(200)
    expect([await use(own), await use(acted)]).toEqual(['NoSuchKey', 'AccessDenied'])
    const states = (await list('principal=grace')).access.map(
      ({ engine: by, state }) => `${by?.name ?? 'no engine'} ${state}`,
    )
    expect(states.toSorted()).toEqual(['no engine active', 'trino revoked'])
    expect(await use(readCredential(await load(behind, 'behind')))).toBe('NoSuchKey')
  })

  test('a revocation of storage access must name exactly one holder that exists', async () => {
    expect((await revoke({})).status).toBe(400)
    expect((await revoke({ principal: 'alice', engine: 'trino' })).status).toBe(400)
    expect((await revoke({ principal: 'nobody-here' })).status).toBe(404)
    expect((await revoke({ engine: 'alice' })).status).toBe(404)
  })

  test('the list of storage access shows credentials of a disabled principal as ended', async () => {
    await newTable('disabled')
    const heidi = await newReader('heidi')
    await load(heidi.send, 'disabled')
    await listed('principal=heidi', 1)
    await server.send('POST', '/management/v1/principals/heidi/disable', {})
    expect(await listed('principal=heidi', 1)).toMatchObject([{ state: 'ended' }])
  })

  test('the list of storage access shows credentials of a deleted principal as ended, and those of anonymous callers as active', async () => {
    await newTable('deleted')
    const ivan = await newReader('ivan')
    await load(ivan.send, 'deleted')
    // The test server accepts anonymous callers, and the requests of `server.send` are anonymous.
    await load(server.send, 'deleted')
    const query = 'warehouse=lakehouse&namespace=n&table=deleted'
    await listed(query, 2)
    expect((await server.send('DELETE', '/management/v1/principals/ivan')).status).toBe(204)
    const states = (await listed(query, 2)).map(({ principal, state }) => [principal.id, state])
    expect(Object.fromEntries(states)).toEqual({ [ivan.id]: 'ended', [anonymousId]: 'active' })
  })
})
