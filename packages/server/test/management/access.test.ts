import { afterAll, describe, expect, test } from 'vitest'
import {
  addNamespace,
  addRelation,
  addWarehouse,
  grant,
  registerEngine,
  type TestObject,
} from '../access/access-fixture.ts'
import type { ProvenIdentity } from '../../src/proven-identity.ts'
import { type Reply, testManagement, type TestPrincipal } from './management.ts'

const server = await testManagement()
const { admin, as, name, principal, store } = server
afterAll(() => server[Symbol.asyncDispose]())

interface Fixture {
  readonly warehouse: string
  readonly orders: object
  readonly secret: object
  readonly table: TestObject
  readonly sales: TestObject
}

/** Creates `sales.eu.orders` and `secret.plans` in a separate warehouse. */
async function openFixture(): Promise<Fixture> {
  const warehouse = name()
  const root = await addWarehouse(store.sql, warehouse)
  const sales = await addNamespace(store.sql, root, 'sales')
  const eu = await addNamespace(store.sql, sales, 'sales\u001feu')
  const table = await addRelation(store.sql, eu, 'orders')
  await addRelation(store.sql, await addNamespace(store.sql, root, 'secret'), 'plans')
  return {
    warehouse,
    orders: { warehouse, namespace: ['sales', 'eu'], relation: 'orders' },
    secret: { warehouse, namespace: ['secret'], relation: 'plans' },
    table,
    sales,
  }
}

async function grantTo(
  who: TestPrincipal,
  privilege: 'use' | 'select' | 'manage',
  on: TestObject,
): Promise<void> {
  await grant(store.sql, privilege, on, 'principal', who.id)
}

const explain = (who: ProvenIdentity, body: object): Promise<Reply> => as(who, 'POST /access/explain', body)
const check = (who: ProvenIdentity, ...checks: object[]): Promise<Reply> =>
  as(who, 'POST /access/check', { checks })

describe('whoAmI', () => {
  test("whoAmI returns the caller, how the caller was authenticated, the end of the session, and the caller's roles", async () => {
    const { who, clientId, id } = await principal()
    const [inner, outer] = [name(), name()]
    for (const role of [inner, outer]) await as(admin, 'POST /roles', { name: role })
    await as(admin, `POST /roles/${inner}/members/add`, { principal: clientId })
    await as(admin, `POST /roles/${outer}/members/add`, { role: inner })
    const session: ProvenIdentity = {
      ...who,
      method: 'session-token',
      obtainedBy: 'client-secret',
      expiresAt: 1_000,
      authTime: 0,
    }
    expect(await as(session, 'GET /whoami')).toMatchObject({
      status: 200,
      body: {
        principal: { id, subject: clientId, issuer: 'headgate' },
        actors: [],
        method: 'session-token',
        obtainedBy: 'client-secret',
        authenticatedAt: '1970-01-01T00:00:00.000Z',
        expiresAt: '1970-01-01T00:00:01.000Z',
        sessionEndsAt: null,
        roles: [
          { name: inner, through: [] },
          { name: outer, through: [inner] },
        ],
        administrator: false,
        limits: null,
      },
    })
    expect(await as(admin, 'GET /whoami')).toMatchObject({ body: { administrator: true } })
  })

  test('whoAmI returns the engines that act for the caller, and the limits of the first engine', async () => {
    const { warehouse, table } = await openFixture()
    const [user, engine] = [await principal(), await principal()]
    await registerEngine(store.sql, engine.id, {
      privileges: ['select'],
      warehouses: [table.chain.ids.at(-1) ?? ''],
    })
    const call: ProvenIdentity = { ...user.who, actors: [engine.who.principal], queryId: 'q-1' }
    expect(await as(call, 'GET /whoami')).toMatchObject({
      body: {
        actors: [{ subject: engine.clientId }],
        queryId: 'q-1',
        limits: {
          name: engine.clientId,
          alone: false,
          warehouses: [warehouse],
          privileges: ['use', 'select'],
        },
      },
    })
  })
})

describe('explainAccess', () => {
  test('explainAccess returns the deciding grant with its roles, and all objects that contain the object', async () => {
    const { orders, sales, warehouse } = await openFixture()
    const { who, clientId } = await principal()
    const role = name()
    const { id } = (await as(admin, 'POST /roles', { name: role })).body
    await as(admin, `POST /roles/${role}/members/add`, { principal: clientId })
    await grant(store.sql, 'select', sales, 'role', id)
    const { status, body } = await explain(who, { privilege: 'select', on: orders })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      outcome: 'allow',
      own: ['use', 'select'],
      effective: ['use', 'select'],
      managers: [],
      deciding: {
        because: 'grant',
        privilege: 'select',
        on: { kind: 'namespace', name: 'sales' },
        to: { kind: 'role', name: role },
        through: [role],
      },
      chain: [
        { kind: 'relation', name: 'orders', reasons: [] },
        { kind: 'namespace', name: 'sales.eu', reasons: [] },
        { kind: 'namespace', name: 'sales', reasons: [{ privilege: 'select' }] },
        { kind: 'warehouse', name: warehouse, reasons: [] },
        { kind: 'server', reasons: [] },
      ],
    })
  })

  test('explainAccess returns the missing privilege and the principals that can grant it', async () => {
    const { orders, sales } = await openFixture()
    const [reader, steward] = [await principal(), await principal()]
    await grantTo(reader, 'select', sales)
    await grantTo(steward, 'manage', sales)
    const { body } = await explain(reader.who, { privilege: 'modify', on: orders })
    expect(body).toMatchObject({ outcome: 'deny', deciding: null, own: ['use', 'select'] })
    expect(body).toMatchObject({
      managers: [{ kind: 'principal', name: steward.clientId, on: 'sales' }],
    })
  })

  test("explainAccess distinguishes a privilege that the engine's entry excludes from one that is not granted", async () => {
    const { orders, sales } = await openFixture()
    const [user, engine] = [await principal(), await principal()]
    await grantTo(user, 'manage', sales)
    await registerEngine(store.sql, engine.id, { privileges: ['select'] })
    const question = { privilege: 'modify', on: orders, principal: user.clientId, engine: engine.clientId }
    expect(await explain(admin, question)).toMatchObject({
      body: {
        outcome: 'deny',
        limitedBy: engine.clientId,
        deciding: { privilege: 'manage' },
        own: ['use', 'select', 'modify', 'create', 'manage'],
        effective: ['use', 'select'],
        engine: { subject: engine.clientId },
      },
    })
    await registerEngine(store.sql, (await principal()).id)
    await as(admin, `DELETE /engines/${engine.clientId}`)
    expect(await explain(admin, question)).toMatchObject({ status: 404 })
    expect(await explain(admin, { ...question, engine: undefined })).toMatchObject({
      body: { outcome: 'allow' },
    })
  })

  test('explainAccess reports that a principal is disabled', async () => {
    const { orders, sales } = await openFixture()
    const user = await principal()
    await grantTo(user, 'manage', sales)
    await as(admin, `POST /principals/${user.clientId}/disable`)
    expect(await explain(admin, { privilege: 'use', on: orders, principal: user.id })).toMatchObject({
      body: { outcome: 'hide', shutOut: 'principal', own: [], effective: [] },
    })
  })

  test('explainAccess returns the same response for a hidden object and for a missing object', async () => {
    const { secret, sales, warehouse } = await openFixture()
    const user = await principal()
    await grantTo(user, 'manage', sales)
    const missing = { warehouse, namespace: ['secret'], relation: 'none' }
    for (const whom of [{}, { principal: admin.principal.id }, { principal: 'nobody' }]) {
      const [hidden, absent] = [
        await explain(user.who, { ...whom, privilege: 'use', on: secret }),
        await explain(user.who, { ...whom, privilege: 'use', on: missing }),
      ]
      expect(hidden.status).toBe(404)
      expect(hidden.body.error.message.replace('plans', 'none')).toBe(absent.body.error.message)
      expect(hidden.body.error.code).toBe(absent.body.error.code)
    }
  })

  test('explainAccess about another principal requires manage on the object, without an engine', async () => {
    const { orders, sales } = await openFixture()
    const [reader, steward, engine] = [await principal(), await principal(), await principal()]
    await grantTo(reader, 'select', sales)
    await grantTo(steward, 'manage', sales)
    const question = { privilege: 'select', on: orders, principal: reader.clientId }
    expect(await explain(reader.who, { ...question, principal: steward.clientId })).toMatchObject({
      status: 403,
    })
    expect(await explain(reader.who, { ...question, engine: engine.clientId })).toMatchObject({ status: 403 })
    expect(await explain(reader.who, question)).toMatchObject({ status: 200 })
    expect(await explain(steward.who, question)).toMatchObject({ status: 200 })
    await registerEngine(store.sql, engine.id)
    const through = { ...steward.who, actors: [engine.who.principal] }
    expect(await explain(through, question)).toMatchObject({ status: 403 })
  })
})

describe('checkAccess', () => {
  test('checkAccess answers many questions in the order of the request', async () => {
    const { orders, secret, sales, warehouse } = await openFixture()
    const user = await principal()
    await grantTo(user, 'select', sales)
    const missing = { warehouse, namespace: ['sales'], relation: 'none' }
    const questions = [
      { privilege: 'select', on: orders },
      { privilege: 'modify', on: orders },
      { privilege: 'use', on: secret },
      { privilege: 'use', on: missing },
      { privilege: 'use', on: { warehouse } },
      { privilege: 'use', on: { warehouse, namespace: ['sales'] }, principal: user.clientId },
      { privilege: 'use', on: 'server' },
    ]
    expect((await check(user.who, ...questions)).body).toMatchObject({
      results: ['allow', 'deny', 'hide', 'hide', 'deny', 'allow', 'hide'].map((outcome) => ({
        outcome,
        allowed: outcome === 'allow',
      })),
    })
  })

  test('checkAccess about another principal requires manage, and reveals nothing about hidden objects', async () => {
    const { orders, secret, sales } = await openFixture()
    const [reader, steward] = [await principal(), await principal()]
    await grantTo(reader, 'select', sales)
    await grantTo(steward, 'manage', sales)
    const about = { principal: reader.clientId, privilege: 'select' }
    expect(await check(steward.who, { ...about, on: orders }, { ...about, on: secret })).toMatchObject({
      body: { results: [{ outcome: 'allow' }, { outcome: 'hide' }] },
    })
    expect(await check(reader.who, { ...about, principal: steward.clientId, on: orders })).toMatchObject({
      status: 403,
    })
    expect(await check(reader.who, { privilege: 'use', principal: 'nobody', on: secret })).toMatchObject({
      body: { results: [{ outcome: 'hide' }] },
    })
    expect(await check(steward.who)).toMatchObject({ status: 400 })
  })
})

describe('whoCan', () => {
  test('whoCan returns principals by name and in pages, to callers with manage on the object', async () => {
    const { sales, warehouse } = await openFixture()
    const [reader, steward] = [await principal(), await principal()]
    await grantTo(reader, 'select', sales)
    await grantTo(steward, 'manage', sales)
    const path = (privilege: string): string =>
      `/access/who-can?privilege=${privilege}&warehouse=${warehouse}&namespace=sales&namespace=eu&relation=orders`
    const names = (reply: Reply): readonly string[] => reply.body.principals.map((each) => each.name)
    expect(names(await as(admin, `GET ${path('select')}`))).toEqual(
      ['admin', reader.clientId, steward.clientId].toSorted(),
    )
    expect(names(await as(admin, `GET ${path('modify')}`))).toEqual(['admin', steward.clientId].toSorted())
    const first = await as(admin, `GET ${path('select')}&pageSize=2`)
    const next = encodeURIComponent(first.body.nextPageToken ?? '')
    const second = await as(admin, `GET ${path('select')}&pageSize=2&pageToken=${next}`)
    expect([...names(first), ...names(second)]).toHaveLength(3)
    expect(second.body.nextPageToken).toBeNull()
    expect(await as(reader.who, `GET ${path('select')}`)).toMatchObject({ status: 403 })
    expect(await as((await principal()).who, `GET ${path('select')}`)).toMatchObject({ status: 404 })
    expect(await as(admin, 'GET /access/who-can?privilege=manage&server=true')).toMatchObject({ status: 200 })
    expect(await as(admin, 'GET /access/who-can?privilege=manage')).toMatchObject({ status: 400 })
  })
})

describe('Callers that do not manage the server', () => {
  const serverQuestion = { privilege: 'manage', on: 'server' } as const

  test('explainAccess reveals nothing about administrators to callers that do not manage the server', async () => {
    const user = await principal()
    const own = await explain(user.who, serverQuestion)
    expect(own).toMatchObject({
      status: 200,
      body: {
        outcome: 'hide',
        deciding: null,
        managers: [],
        chain: [{ kind: 'server', owner: null, reasons: [] }],
      },
    })
    expect(JSON.stringify(own.body)).not.toContain('administrators')
    for (const about of [{ principal: 'admin' }, { principal: admin.principal.id }])
      expect(await explain(user.who, { ...serverQuestion, ...about })).toMatchObject({ status: 403 })
    const { orders, sales } = await openFixture()
    await grantTo(user, 'manage', sales)
    const onOwn = await explain(user.who, { privilege: 'administer-storage', on: orders })
    expect(onOwn).toMatchObject({ status: 200, body: { outcome: 'deny' } })
    expect(JSON.stringify(onOwn.body)).not.toContain('"administrators"')
  })

  test('explainAccess shows callers the owners and managers of objects that they may use, and not of the objects above', async () => {
    const { orders, sales, table } = await openFixture()
    const [reader, steward] = [await principal(), await principal()]
    await grantTo(reader, 'select', table)
    await grantTo(steward, 'manage', sales)
    const { body } = await explain(reader.who, { privilege: 'modify', on: orders })
    expect(body).toMatchObject({ outcome: 'deny', managers: [] })
    expect(JSON.stringify(body)).not.toContain(steward.clientId)
  })

  test('a manager of an object can ask only about principals that own the object or have a direct grant on it', async () => {
    const { orders, sales, table } = await openFixture()
    const [steward, reader, stranger, member] = [
      await principal(),
      await principal(),
      await principal(),
      await principal(),
    ]
    await grantTo(steward, 'manage', sales)
    await grantTo(reader, 'select', table)
    const role = name()
    const { id } = (await as(admin, 'POST /roles', { name: role })).body
    await as(admin, `POST /roles/${role}/members/add`, { principal: member.clientId })
    await grant(store.sql, 'select', sales, 'role', id)
    const question = { privilege: 'select', on: orders }
    expect(await explain(steward.who, { ...question, principal: reader.clientId })).toMatchObject({
      status: 200,
      body: { outcome: 'allow', deciding: { because: 'grant' } },
    })
    const missing = await explain(steward.who, { ...question, principal: 'no-such-one' })
    for (const other of [stranger.clientId, member.clientId, 'admin']) {
      const hidden = await explain(steward.who, { ...question, principal: other })
      expect(hidden, other).toMatchObject({ status: 404 })
      expect(hidden.body.error.code).toBe(missing.body.error.code)
      expect(hidden.body.error.message.replace(other, 'no-such-one')).toBe(missing.body.error.message)
      expect(await check(steward.who, { ...question, principal: other })).toMatchObject({ status: 404 })
    }
  })

  test('callers that do not manage the server cannot learn whether a principal is disabled or an engine', async () => {
    const { orders, sales, warehouse } = await openFixture()
    const [steward, reader] = [await principal(), await principal()]
    await grantTo(steward, 'manage', sales)
    await grantTo(reader, 'select', sales)
    const question = { privilege: 'select', on: orders, principal: reader.clientId }
    const path = `GET /access/who-can?privilege=select&warehouse=${warehouse}&namespace=sales`
    const seen = async (): Promise<unknown> => [
      await explain(steward.who, question),
      await check(steward.who, question),
      await as(steward.who, path),
    ]
    const before = await seen()
    expect(before).toMatchObject([
      { body: { outcome: 'allow', shutOut: null } },
      { body: { results: [{ outcome: 'allow', limitedBy: null }] } },
      { body: { principals: { length: 2 } } },
    ])
    expect(JSON.stringify(before)).not.toContain('enabled')
    await registerEngine(store.sql, reader.id, { privileges: ['use'] })
    await as(admin, `POST /principals/${reader.clientId}/disable`)
    expect(await seen()).toEqual(before)
    expect(await explain(steward.who, { ...question, engine: reader.clientId })).toMatchObject({
      status: 403,
    })
    expect(await explain(admin, question)).toMatchObject({ body: { outcome: 'hide', shutOut: 'principal' } })
  })

  test('whoCan returns to managers of an object only principals with a direct grant on it', async () => {
    const { sales, warehouse } = await openFixture()
    const [steward, reader, above] = [await principal(), await principal(), await principal()]
    await grantTo(steward, 'manage', sales)
    await grantTo(reader, 'select', sales)
    await as(admin, 'POST /grants', {
      privilege: 'select',
      on: { warehouse },
      to: { principal: above.clientId },
    })
    const path = `GET /access/who-can?privilege=select&warehouse=${warehouse}&namespace=sales&namespace=eu`
    const { body } = await as(steward.who, path)
    const shown = body.principals.map((each) => each.name)
    expect(shown).toEqual([reader.clientId, steward.clientId].toSorted())
    expect(await as(steward.who, 'GET /principals')).toMatchObject({ status: 403 })
    expect(await as(steward.who, `GET /principals/${reader.clientId}`)).toMatchObject({ status: 403 })
  })
})

describe('queryAudit', () => {
  test('queryAudit returns the audit events that match the filters', async () => {
    const { sales, warehouse } = await openFixture()
    const user = await principal()
    await as(admin, 'POST /grants', {
      privilege: 'use',
      on: { warehouse, namespace: ['sales'] },
      to: { principal: user.clientId },
    })
    const found = async (query: string): Promise<readonly string[]> =>
      (await as(admin, `GET /audit?${query}`)).body.events.map(({ operation }) => operation)
    for (const query of [
      `warehouse=${warehouse}&namespace=sales`,
      `securableId=${sales.id}`,
      `object=${warehouse}:sa&order=oldest`,
      `principal=${admin.principal.id}&object=${warehouse}&outcome=allowed`,
    ])
      expect(await found(query)).toEqual(['grantPrivilege'])
    expect(await found(`securableId=${sales.id}&engine=nobody`)).toEqual([])
    expect(await as(admin, 'GET /audit?namespace=sales')).toMatchObject({ status: 400 })
    expect(await as(admin, 'GET /audit?outcome=maybe')).toMatchObject({ status: 400 })
    expect(await as(user.who, 'GET /audit')).toMatchObject({ status: 403 })
  })
})
