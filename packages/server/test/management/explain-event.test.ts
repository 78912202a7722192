import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Json } from '@headgate/json'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openEngine } from '../access/access-fixture.ts'
import { schema } from '../iceberg/tables.ts'
import { insertEngine } from '../../src/store/engines.ts'
import { bumpPolicy } from '../../src/store/policies.ts'
import { statement } from '../../src/store/sql.ts'
import { type Send, type TestResponse, type TestServer, testServer } from '../server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
  await server.send('POST', 'namespaces', { namespace: ['n'] })
  await server.send('POST', 'namespaces/n/tables', { name: 'orders', schema })
})
afterAll(() => server[Symbol.asyncDispose]())

const byRequest = statement('test_explain_event', 'select id::text from audit where request_id = $1')

/** Sends a request and returns the id of its audit event. */
async function eventOf(send: Send, path: string, status: number): Promise<string> {
  const id = randomUUID()
  expect((await send('GET', path, undefined, { 'x-request-id': id })).status).toBe(status)
  const patience = AbortSignal.timeout(5_000)
  while (!patience.aborted) {
    const [row] = await server.sql.run<{ id: string }>(byRequest, [id])
    if (row !== undefined) return row.id
    await sleep(50)
  }
  throw new Error('the audit contains no event of the request')
}

const explain = (event: string): Promise<TestResponse> =>
  server.send('GET', `/management/v1/audit/${event}/explanation`)
const manage = (path: string, body: Json): Promise<TestResponse> =>
  server.send('POST', `/management/v1/${path}`, body)
const on = { warehouse: 'lakehouse', namespace: ['n'], relation: 'orders' }

describe('explainEvent', () => {
  test('explainEvent shows the decision then and now, for the same caller and object, and the grant in between', async () => {
    const alice = await server.caller('alice')
    const event = await eventOf(alice.send, 'namespaces/n/tables/orders', 404)
    expect(await explain(event)).toMatchObject({
      status: 200,
      json: {
        event: { id: event, principal: 'alice', outcome: 'denied', privilege: 'select' },
        now: { principal: { name: 'alice' }, engine: null, privilege: 'select', on, outcome: 'hide' },
        unexplained: null,
        claimedIssuerConfigured: null,
        changes: [],
      },
    })
    await manage('grants', { privilege: 'select', on, to: { principal: 'alice' } })
    expect(await explain(event)).toMatchObject({
      json: {
        event: { outcome: 'denied' },
        now: { outcome: 'allow', deciding: { because: 'grant', privilege: 'select' } },
        changes: [{ operation: 'grantPrivilege', object: 'lakehouse:n.orders' }],
      },
    })
  })

  test('explainEvent explains the table under its current name, and says when it was dropped', async () => {
    await server.send('POST', 'namespaces/n/tables', { name: 'before', schema })
    const bob = await server.caller('bob')
    const event = await eventOf(bob.send, 'namespaces/n/tables/before', 404)
    const named = (name: string): Json => ({ namespace: ['n'], name })
    await server.send('POST', 'tables/rename', { source: named('before'), destination: named('after') })
    expect(await explain(event)).toMatchObject({ json: { now: { on: { ...on, relation: 'after' } } } })
    await server.send('DELETE', 'namespaces/n/tables/after')
    expect(await explain(event)).toMatchObject({ json: { now: null, unexplained: 'object-removed' } })
  })

  test('explainEvent applies the limits of the engine of the event', async () => {
    const [carol, engine] = [await server.caller('carol'), await server.caller('trino')]
    const entry = { ...openEngine, subjects: [{ issuer: 'headgate', pattern: '*', groups: [] }] }
    await server.sql.transaction(async (tx) => {
      await bumpPolicy(tx)
      await insertEngine(tx, engine.id, { ...entry, privileges: ['use'] })
    })
    await manage('grants', { privilege: 'select', on, to: { principal: 'carol' } })
    const exchanged = await fetch(`${server.url}/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Bearer ${engine.token}` },
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: carol.token,
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      }),
    })
    const { access_token: token } = (await exchanged.json()) as { access_token: string }
    const behind: Send = (method, path, body, headers) =>
      server.send(method, path, body, { ...headers, authorization: `Bearer ${token}` })
    const event = await eventOf(behind, 'namespaces/n/tables/orders', 403)
    expect(await explain(event)).toMatchObject({
      json: { now: { principal: { name: 'carol' }, engine: { name: 'trino' }, limitedBy: 'trino' } },
    })
  })

  test('explainEvent shows the claims of a refused token instead of a decision', async () => {
    const token = [{ alg: 'none' }, { iss: 'https://idp.example', sub: 'dave' }]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
    const stranger: Send = (method, path, body, headers) =>
      server.send(method, path, body, { ...headers, authorization: `Bearer ${token}.` })
    const event = await eventOf(stranger, 'namespaces', 401)
    expect(await explain(event)).toMatchObject({
      json: {
        event: { principal: 'unidentified', detail: { claimed: [{ subject: 'dave', verified: false }] } },
        now: null,
        unexplained: 'not-identified',
        claimedIssuerConfigured: false,
      },
    })
  })

  test('explainEvent answers 404 for an event that does not exist, and 403 without manage on the server', async () => {
    const erin = await server.caller('erin')
    const path = '/management/v1/audit/999999999/explanation'
    expect((await server.send('GET', path)).status).toBe(404)
    expect((await erin.send('GET', path)).status).toBe(403)
    expect((await server.send('GET', '/management/v1/audit/one/explanation')).status).toBe(400)
  })
})
