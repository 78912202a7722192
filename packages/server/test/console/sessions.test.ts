import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { generateSecret, hashSecret } from '../../src/identity/client-secret.ts'
import { insertSecret } from '../../src/store/client-secrets.ts'
import { bumpPolicy } from '../../src/store/policies.ts'
import { insertPrincipal, ownIssuer } from '../../src/store/principals.ts'
import { statement } from '../../src/store/sql.ts'
import { writeTable } from '../iceberg/planned-table.ts'
import { type TestServer, testServer } from '../server.ts'

const sameOrigin = { 'sec-fetch-site': 'same-origin' }
let server: TestServer
/** URL of the server, which requires an identity. */
let url: string
const secret = generateSecret()
const id = randomUUID()

beforeAll(async () => {
  server = await testServer({ anonymous: false, vending: { mode: 'gateway' } })
  url = server.url
  await server.sql.transaction(async (tx) => {
    await bumpPolicy(tx)
    await insertPrincipal(tx, { id, issuer: ownIssuer, subject: 'ada', name: 'ada', kind: 'user' })
    await insertSecret(tx, id, hashSecret(secret))
  })
})
afterAll(() => server[Symbol.asyncDispose]())

function post(body: unknown, headers: Readonly<Record<string, string>> = sameOrigin): Promise<Response> {
  return fetch(`${url}/console/session`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  })
}

async function signIn(): Promise<string> {
  const response = await post({ clientId: 'ada', clientSecret: secret })
  expect(response.status).toBe(204)
  return response.headers.get('set-cookie')?.split(';')[0] ?? ''
}

function get(path: string, cookie: string, headers: Readonly<Record<string, string>> = sameOrigin) {
  return fetch(url + path, { headers: { cookie, ...headers } })
}

test('a browser signs in to the console with a client secret, and its cookie authenticates only requests below /console/api', async () => {
  const response = await post({ clientId: 'ada', clientSecret: secret })
  expect(response.headers.get('set-cookie')).toMatch(
    /^headgate-session-80=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=86400$/,
  )
  const cookie = await signIn()
  const whoami = await get('/console/api/management/v1/whoami', cookie)
  expect(await whoami.json()).toMatchObject({ principal: { name: 'ada' }, obtainedBy: 'client-secret' })
  for (const path of ['/management/v1/whoami', '/v1/config?warehouse=lakehouse'])
    expect((await get(path, cookie)).status, path).toBe(401)
})

test('a wrong secret, an unknown code and a malformed body do not sign a browser in to the console', async () => {
  expect((await post({ clientId: 'ada', clientSecret: 'wrong' })).status).toBe(401)
  expect((await post({ code: 'A'.repeat(43) })).status).toBe(401)
  expect((await post({ clientId: 'ada' })).status).toBe(400)
  const form = { ...sameOrigin, 'content-type': 'text/plain' }
  expect((await post({ clientId: 'ada', clientSecret: secret }, form)).status).toBe(400)
})

test('the console refuses requests that other web sites cause', async () => {
  const cookie = await signIn()
  for (const headers of [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
    { 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' },
    { origin: 'null' },
    {},
  ] as readonly Record<string, string>[]) {
    expect((await get('/console/api/management/v1/whoami', cookie, headers)).status).toBe(403)
    expect((await post({ clientId: 'ada', clientSecret: secret }, headers)).status).toBe(403)
  }
  expect((await get('/console/api/management/v1/whoami', cookie, { origin: url })).status).toBe(200)
})

test('the console refuses a sign-in to a host name without https', async () => {
  const { status, body } = await rawPost('headgate.example')
  expect(status).toBe(403)
  expect(body).toContain('needs https')
})

test('a console session ends when the browser signs out, when it is ended in the list of sessions, and when it is idle for 8 hours', async () => {
  const [first, second, third] = [await signIn(), await signIn(), await signIn()]
  const out = await fetch(`${url}/console/session`, {
    method: 'DELETE',
    headers: { cookie: first, ...sameOrigin },
  })
  expect(out.headers.get('set-cookie')).toContain('Max-Age=0')
  expect((await get('/console/api/management/v1/whoami', first)).status).toBe(401)
  const list = await get('/console/api/management/v1/console-sessions', second)
  const { sessions } = (await list.json()) as { sessions: { id: string }[] }
  const newest = sessions[0]?.id
  const end = await fetch(`${url}/console/api/management/v1/console-sessions/${newest}`, {
    method: 'DELETE',
    headers: { cookie: second, ...sameOrigin },
  })
  expect(end.status).toBe(204)
  expect((await get('/console/api/management/v1/whoami', third)).status).toBe(401)
  const age = statement(
    'age_sessions',
    `update console_session set seen_at = now() - interval '8 hours 1 second'`,
  )
  await server.sql.run(age)
  expect((await get('/console/api/management/v1/whoami', second)).status).toBe(401)
})

test('a disabled principal is signed out of the console at once, and enabling it does not show its sessions to others', async () => {
  const cookie = await signIn()
  const disable = statement('disable_ada', `update principal set enabled = false where id = $1`)
  const enable = statement('enable_ada', `update principal set enabled = true where id = $1`)
  await server.sql.run(disable, [id])
  expect((await get('/console/api/management/v1/whoami', cookie)).status).toBe(401)
  await server.sql.run(enable, [id])
  const other = await server.caller('bob')
  expect((await other.send('GET', '/management/v1/console-sessions')).json).toMatchObject({ sessions: [] })
})

test('a console code signs in only one browser, and only once', async () => {
  const caller = await server.caller('carol')
  const created = await caller.send('POST', '/management/v1/console-codes')
  expect(created.status).toBe(201)
  const { code } = created.json as { code: string }
  const response = await post({ code })
  expect(response.status).toBe(204)
  const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? ''
  const whoami = await get('/console/api/management/v1/whoami', cookie)
  expect(await whoami.json()).toMatchObject({ principal: { name: 'carol' }, obtainedBy: 'client-secret' })
  expect((await post({ code })).status).toBe(401)
})

test('the console reads tables without storage credentials, and cannot call other operations of the catalog', async () => {
  const owner = await server.caller('owner')
  const on = { kind: 'warehouse', id: server.warehouseId } as const
  await server.grant({ privilege: 'create', on, to: owner })
  await server.grant({ privilege: 'select', on, to: { id, token: '', send: owner.send } })
  expect((await owner.send('POST', 'namespaces', { namespace: ['sales'] })).status).toBe(200)
  const schema = { type: 'struct', fields: [{ id: 1, name: 'id', type: 'long', required: true }] }
  const created = await owner.send('POST', 'namespaces/sales/tables', { name: 'orders', schema })
  expect(created.status).toBe(200)
  const cookie = await signIn()
  const table = '/v1/lakehouse/namespaces/sales/tables/orders'
  for (const headers of [{}, { 'x-iceberg-access-delegation': 'vended-credentials' }]) {
    const loaded = await get(`/console/api${table}`, cookie, { ...sameOrigin, ...headers })
    expect(loaded.status).toBe(200)
    const body = await loaded.text()
    expect(body).toContain('table-uuid')
    expect(body).not.toMatch(/secret-access-key|session-token/)
  }
  expect((await get(`/console/api${table}/credentials`, cookie)).status).toBe(403)
  expect((await get('/console/api/metrics', cookie)).status).toBe(404)
})

test('the console plans scans without storage credentials', async () => {
  await using planning = await testServer({ vending: { mode: 'gateway' } })
  await writeTable(planning, 'orders', { files: 6 })
  const path = '/v1/lakehouse/namespaces/sales/tables/orders/plan'
  const plan = async (prefix: string): Promise<Record<string, unknown>> => {
    const response = await fetch(planning.url + prefix + path, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json', ...sameOrigin },
    })
    expect(response.status).toBe(200)
    return (await response.json()) as Record<string, unknown>
  }
  const [own, page] = [await plan(''), await plan('/console/api')]
  expect(own).toHaveProperty('storage-credentials')
  expect(page).not.toHaveProperty('storage-credentials')
  expect(page['file-scan-tasks']).toHaveLength(6)
})

test('an anonymous server creates no console code, and its console needs no session', async () => {
  await using anonymous = await testServer({})
  const code = await anonymous.send('POST', '/management/v1/console-codes')
  expect(code.status).toBe(400)
  const path = '/console/api/management/v1/whoami'
  const whoami = await fetch(anonymous.url + path, { headers: sameOrigin })
  expect(await whoami.json()).toMatchObject({ method: 'anonymous' })
  const session = await fetch(`${anonymous.url}/console/session`, { headers: sameOrigin })
  expect(await session.json()).toEqual({ signedIn: true, issuers: [] })
  expect((await fetch(anonymous.url + path)).status).toBe(403)
})

test('a server without the console answers neither its page nor its requests', async () => {
  await using plain = await testServer({ console: false })
  for (const path of ['/console', '/console/', '/console/api/management/v1/whoami'])
    expect((await fetch(plain.url + path, { headers: sameOrigin })).status, path).toBe(404)
  const page = await fetch(`${plain.url}/`, { headers: { accept: 'text/html' } })
  expect(await page.text()).toContain('Iceberg REST catalog')
})

/** Sends a sign-in with a Host header, which `fetch` does not allow. */
async function rawPost(host: string): Promise<{ readonly status: number; readonly body: string }> {
  const headers = { host, 'content-type': 'application/json', ...sameOrigin }
  const sent = request(`${url}/console/session`, { method: 'POST', headers }).end('{}')
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return { status: response.statusCode ?? 0, body: await text(response) }
}
