import type { Json } from '@headgate/json'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openEngine } from '../access/access-fixture.ts'
import { deleteEngine, type EngineSettings, insertEngine } from '../../src/store/engines.ts'
import { bumpPolicy } from '../../src/store/policies.ts'
import { statement } from '../../src/store/sql.ts'
import { unsigned } from '../oauth/engines.ts'
import { grantTypes, tokenTypes } from '../../src/oauth/token-types.ts'
import { type Send, type TestResponse, type TestCaller, type TestServer, testServer } from '../server.ts'
import { commit, objectAt, schema, setProperties, textAt } from './tables.ts'

let server: TestServer
let trino: TestCaller
let alice: TestCaller
let bob: TestCaller

beforeAll(async () => {
  server = await testServer({ vending: { mode: 'gateway', whenNotAsked: false }, auditReads: 'store' })
  for (const name of ['sales', 'hr']) {
    await server.send('POST', 'namespaces', { namespace: [name] })
    await server.send('POST', `namespaces/${name}/tables`, { name: 't', schema })
  }
  trino = await server.caller('trino')
  alice = await server.caller('alice')
  bob = await server.caller('bob')
  for (const privilege of ['create', 'modify'] as const)
    await server.grant({ privilege, on: await namespace('sales'), to: alice })
  await server.grant({ privilege: 'select', on: await namespace('hr'), to: bob })
})
afterAll(() => server[Symbol.asyncDispose]())

async function namespace(path: string): Promise<{ kind: 'namespace'; id: string }> {
  const [row] = await server.sql.run<{ id: string }>(
    statement('test_namespace', 'select id from namespace where path = $1'),
    [path],
  )
  return { kind: 'namespace', id: row?.id ?? '' }
}

async function enter(settings: Partial<EngineSettings> | null): Promise<void> {
  const version = await server.sql.transaction(async (tx) => {
    const bumped = await bumpPolicy(tx)
    await deleteEngine(tx, trino.id)
    const entry = { ...openEngine, unsignedSubjects: true, namesIssuer: 'headgate', ...settings }
    if (settings !== null) await insertEngine(tx, trino.id, entry)
    return bumped
  })
  // The server may not yet have received the notification of the new grant.
  server.context.deps.policies.saw(version)
}

/** Sends the requests of unmodified Trino with `session=USER` before a query of this user. */
async function as(user: string, path = '/v1/oauth/tokens'): Promise<Send> {
  const response = await fetch(server.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${trino.token}` },
    body: new URLSearchParams({
      grant_type: grantTypes.tokenExchange,
      scope: 'catalog',
      subject_token: unsigned({ sub: user, user, source: 'trino-cli', trinoCatalog: 'lake' }),
      subject_token_type: tokenTypes.jwt,
      actor_token: trino.token,
      actor_token_type: tokenTypes.accessToken,
    }),
  })
  const { access_token: token } = (await response.json()) as { access_token?: string }
  if (token === undefined) throw new Error(`no token: ${response.status}`)
  return (method, where, body, headers) =>
    server.send(method, where, body, { ...headers, authorization: `Bearer ${token}` })
}

const readMessage = ({ json }: TestResponse): string => textAt(objectAt(objectAt(json)['error']), 'message')
const config = '/v1/config?warehouse=lakehouse'

describe('the first calls of an engine, without a user', () => {
  test('an engine without a user can read only the configuration when first calls are set to config-only, regardless of its grants', async () => {
    await enter({})
    await server.grant({ privilege: 'select', on: await namespace('hr'), to: trino })
    expect(await trino.send('GET', config)).toMatchObject({ status: 200 })
    for (const path of ['namespaces', 'namespaces/hr/tables/t', '/management/v1/warehouses']) {
      const refused = await trino.send('GET', path)
      expect(refused.status).toBe(403)
      expect(readMessage(refused)).toMatch(
        /engine trino calls without a user.*\(first_calls: config-only\).*session=USER.*headgate engine set trino --first-calls service/,
      )
    }
    expect(await trino.send('GET', '/v1/config?warehouse=nowhere')).toMatchObject({ status: 404 })
    await enter({ warehouses: [] })
    expect(await trino.send('GET', config)).toMatchObject({ status: 404 })
  })

  test('the server refuses every call of an engine without a user when first calls are set to deny', async () => {
    await enter({ firstCalls: 'deny' })
    const refused = await trino.send('GET', config)
    expect(refused.status).toBe(403)
    expect(readMessage(refused)).toMatch(/its entry allows nothing \(first_calls: deny\)/)
    expect(await (await as('alice'))('GET', config)).toMatchObject({ status: 200 })
  })

  test('calls of an engine without a user use the grants of the engine when first calls are set to service', async () => {
    await enter({ firstCalls: 'service' })
    expect((await trino.send('GET', 'namespaces')).json).toMatchObject({ namespaces: [['hr']] })
    expect(await trino.send('GET', 'namespaces/sales/tables/t')).toMatchObject({ status: 404 })
  })
})

describe('two users behind one engine', () => {
  test('two users of one engine see only their own objects, with tokens from both paths of the token endpoint', async () => {
    await enter({})
    for (const path of ['/v1/oauth/tokens', '/oauth/token']) {
      const [hers, his] = [await as('alice', path), await as('bob', path)]
      expect((await hers('GET', 'namespaces')).json).toMatchObject({ namespaces: [['sales']] })
      expect((await his('GET', 'namespaces')).json).toMatchObject({ namespaces: [['hr']] })
      expect(await his('GET', 'namespaces/sales/tables/t')).toMatchObject({ status: 404 })
      expect(await commit(his, 'namespaces/hr/tables/t', [setProperties({ a: '1' })])).toMatchObject({
        status: 403,
      })
    }
  })

  test("users of an engine have at most the privileges in the engine's entry, and receive the reason of a refusal", async () => {
    await enter({ privileges: ['select'] })
    const hers = await as('alice')
    expect(await hers('GET', 'namespaces/sales/tables/t')).toMatchObject({ status: 200 })
    const refused = await commit(hers, 'namespaces/sales/tables/t', [setProperties({ a: '1' })])
    expect(refused.status).toBe(403)
    expect(readMessage(refused)).toMatch(/has the privilege modify .* but the engine trino may not use it/)
    expect(await commit(alice.send, 'namespaces/sales/tables/t', [setProperties({ a: '1' })])).toMatchObject({
      status: 200,
    })
  })

  test('a user of an engine does not get stored idempotency outcomes of requests without the engine', async () => {
    const subjects = [{ issuer: 'headgate', pattern: '*', groups: [] }]
    await enter({ subjects, privileges: ['select'] })
    const key = { 'idempotency-key': '0190a1b2-0000-7000-8000-000000000001' }
    const change = { requirements: [], updates: [setProperties({ by: 'alice' })] }
    const at = 'namespaces/sales/tables/t'
    expect(await alice.send('POST', at, change, key)).toMatchObject({ status: 200 })
    const through = await as('alice')
    expect(await through('POST', at, change, key)).toMatchObject({ status: 422 })
    expect(await alice.send('POST', at, change, key)).toMatchObject({ status: 200 })
  })

  test("requests through an engine do not reveal warehouses that the engine's entry does not contain", async () => {
    const subjects = [{ issuer: 'headgate', pattern: '*', groups: [] }]
    await enter({ subjects, warehouses: [] })
    const hers = await as('alice')
    expect((await hers('GET', '/management/v1/warehouses')).json).toMatchObject({ warehouses: [] })
    const grants = '/management/v1/grants?principal=alice'
    expect(await alice.send('GET', grants)).toMatchObject({ status: 200 })
    expect(await hers('GET', grants)).toMatchObject({ status: 403 })
    const id = '00000000-0000-4000-8000-000000000000'
    const questions: [string, string, Json?][] = [
      ['GET', 'dropped'],
      ['POST', `dropped/${id}/restore`, {}],
      ['POST', `dropped/${id}/purge`],
      ['GET', 'orphans'],
      ['GET', 'namespace?namespace=sales'],
      ['GET', 'relation?namespace=sales&relation=t'],
      ['GET', 'relation?namespace=none&relation=t'],
      ['PUT', 'protection', { protected: true, namespace: ['none'] }],
      ['PUT', 'protection', { protected: true, namespace: ['sales'], relation: 't' }],
      ['POST', 'revoke-access', { namespace: ['none'], table: 't' }],
    ]
    for (const [method, question, body] of questions) {
      const at = (name: string): Promise<TestResponse> =>
        hers(method, `/management/v1/warehouses/${name}/${question}`, body)
      const [hidden, missing] = [await at('lakehouse'), await at('nowhere')]
      expect(missing.status, question).toBe(404)
      expect(JSON.stringify(hidden.json), question).toBe(
        JSON.stringify(missing.json).replace('nowhere', 'lakehouse'),
      )
    }
  })

  test('users of an engine are refused with the reason immediately after the engine is deleted', async () => {
    await enter({})
    const hers = await as('alice')
    expect(await hers('GET', config)).toMatchObject({ status: 200 })
    await enter(null)
    const refused = await hers('GET', config)
    expect(refused.status).toBe(401)
    expect(readMessage(refused)).toMatch(/engine trino of this token is not registered/)
  })
})

describe('storage credentials of a user that only the engine refreshes', () => {
  async function staged(send: Send, name: string): Promise<string> {
    const body = { name, schema, 'stage-create': true }
    const made = await send('POST', 'namespaces/sales/tables', body, {
      'x-iceberg-access-delegation': 'vended-credentials',
    })
    const [credential] = objectAt(made.json)['storage-credentials'] as object[]
    const endpoint = textAt(
      objectAt(objectAt(credential as never)['config']),
      'client.refresh-credentials-endpoint',
    )
    return `/${endpoint.replace(/^\//, '')}`
  }

  test('storage credentials that an engine obtains belong to the user, and the engine can refresh them while its entry allows this', async () => {
    await enter({})
    const endpoint = await staged(await as('alice'), 'ctas')
    expect(await trino.send('GET', endpoint)).toMatchObject({ status: 200 })
    const renewals = statement(
      'test_renewals',
      `select principal, actors, outcome from audit where operation = 'loadCredentials' order by id desc limit 1`,
    )
    await expect
      .poll(() => server.sql.run(renewals))
      .toEqual([{ principal: 'alice', actors: ['trino'], outcome: 'allowed' }])
    expect(await trino.send('GET', endpoint.split('?')[0] ?? '')).toMatchObject({ status: 403 })
    expect(await bob.send('GET', endpoint)).toMatchObject({ status: 404 })
    await enter({ refreshes: false })
    expect(await trino.send('GET', endpoint)).toMatchObject({ status: 404 })
    await enter({ firstCalls: 'deny' })
    expect(await trino.send('GET', endpoint)).toMatchObject({ status: 403 })
    await enter({})
    expect(await (await as('alice'))('GET', endpoint)).toMatchObject({ status: 200 })
  })
})

test('audit events contain the user and the engine, and also record calls of an engine without a user', async () => {
  await enter({})
  await (
    await as('alice')
  )('GET', 'namespaces/sales/tables/t')
  await trino.send('GET', config)
  const events = statement(
    'test_audit',
    `select operation, principal, actors, detail from audit where operation in ('loadTable', 'getConfig') order by id desc limit 2`,
  )
  const detail = { address: '127.0.0.1' }
  await expect
    .poll(() => server.sql.run(events))
    .toEqual([
      {
        operation: 'getConfig',
        principal: 'trino',
        actors: [],
        detail: { ...detail, onBehalfOf: 'no user' },
      },
      { operation: 'loadTable', principal: 'alice', actors: ['trino'], detail },
    ])
})
