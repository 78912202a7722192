import { randomUUID } from 'node:crypto'
import { startTestIssuer, type TestIssuer } from '@headgate/testkit'
import type { Json } from '@headgate/json'
import type { JWTPayload } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openEngine } from '../../access/access-fixture.ts'
import { insertEngine } from '../../../src/store/engines.ts'
import { insertFederation } from '../../../src/store/client-federations.ts'
import { insertGrant } from '../../../src/store/grants.ts'
import { ensureGroup } from '../../../src/store/groups.ts'
import { bumpPolicy, policyVersion } from '../../../src/store/policies.ts'
import { findPrincipalBySubject, type PrincipalRow } from '../../../src/store/principals.ts'
import { statement } from '../../../src/store/sql.ts'
import { type TestResponse, type TestServer, testServer } from '../../server.ts'
import { audience, makeIssuer } from './issuers.ts'

let idp: TestIssuer
let server: TestServer
beforeAll(async () => {
  idp = await startTestIssuer()
  const issuer = makeIssuer(idp.issuer, {
    actors: new Set(['trino', 'stranger']),
    clients: new Set(['cli']),
    logoutAudiences: ['headgate'],
  })
  server = await testServer({ issuers: [issuer] })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await idp[Symbol.asyncDispose]()
})

/** Returns a token of the identity provider with these claims. Default of `sub`: a new subject. */
async function signIn(claims: JWTPayload = {}, now = Date.now()): Promise<string> {
  return idp.sign({ sub: randomUUID(), aud: audience, azp: 'cli', scope: 'x', ...claims }, { now })
}

function as(token: string, method: string, path: string, body?: Json): Promise<TestResponse> {
  return server.send(method, path, body, { authorization: `Bearer ${token}` })
}

/** Sends a request without a token. The server treats the caller as anonymous with all rights. */
async function manage(method: string, path: string, body?: Json): Promise<TestResponse> {
  const response = await server.send(method, `/management/v1${path}`, body)
  await caughtUp()
  return response
}

/** Tells the server the newest policy version, so that the server loads it before the next decision. */
async function caughtUp(): Promise<void> {
  server.context.deps.policies.saw(await policyVersion(server.sql))
}

async function principal(subject: string): Promise<PrincipalRow> {
  const row = await findPrincipalBySubject(server.sql, idp.issuer, subject)
  if (row === null) throw new Error(`${subject} does not exist`)
  return row
}

const written = statement(
  'test_written',
  `select p.xmin::text as version, p.login, p.name, (select version from policy)::float8 as policy from principal p
   where p.issuer = $1 and p.subject = $2`,
)
const backdate = statement(
  'test_backdate',
  `update principal set groups_at = groups_at - interval '2 days', last_login_at = last_login_at - interval '2 days'
   where issuer = $1 and subject = $2 returning id`,
)
const makings = statement(
  'test_makings',
  `select 1 from audit where operation = 'makePrincipal' and principal = $1`,
)
const warehouse = { warehouse: 'lakehouse' }

describe('A caller with a token of another issuer', () => {
  test('a caller with a token of another issuer becomes a principal without rights, receives a message about this, and then has the rights that are granted', async () => {
    const sub = randomUUID()
    const token = await signIn({ sub, preferred_username: 'alice', name: 'Alice' })
    expect(await as(token, 'GET', 'namespaces')).toMatchObject({ status: 404 })
    const row = await principal(sub)
    expect(row).toMatchObject({ name: 'Alice', kind: 'user', enabled: true })
    const to = { principal: `${idp.issuer}#${sub}` }
    expect(await manage('POST', '/grants', { privilege: 'select', on: warehouse, to })).toMatchObject({
      status: 200,
      json: { changed: true },
    })
    expect(await as(token, 'GET', 'namespaces')).toMatchObject({ status: 200 })
    expect(await as(token, 'POST', 'namespaces', { namespace: ['x'] })).toMatchObject({ status: 403 })
  })

  test('requests with tokens whose claims are unchanged do not write the principal to the database', async () => {
    const sub = randomUUID()
    const said = { sub, preferred_username: 'bob', groups: ['a', 'b'] }
    await as(await signIn(said, Date.now() - 60_000), 'GET', 'namespaces')
    const [before] = await server.sql.run(written, [idp.issuer, sub])
    for (let turn = 0; turn < 3; turn += 1) await as(await signIn(said), 'GET', 'namespaces')
    expect(await server.sql.run(written, [idp.issuer, sub])).toEqual([before])
    await as(await signIn({ ...said, preferred_username: 'bobby' }), 'GET', 'namespaces')
    expect(await server.sql.run(written, [idp.issuer, sub])).toMatchObject([{ login: 'bobby' }])
  })

  test('concurrent first requests of one external user create only one principal', async () => {
    const sub = randomUUID()
    const tokens = await Promise.all(Array.from({ length: 8 }, (_, i) => signIn({ sub, name: `n${i}` })))
    const responses = await Promise.all(tokens.map((token) => as(token, 'GET', 'namespaces')))
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([404]))
    const made = await server.sql.run(makings, [`${idp.issuer}#${sub}`])
    expect(made).toHaveLength(1)
  })

  test('an external user loses access at once when disabled, also with new tokens, and has access again at once when enabled', async () => {
    const sub = randomUUID()
    const token = await signIn({ sub })
    await as(token, 'GET', 'namespaces')
    const path = `/principals/${encodeURIComponent(`${idp.issuer}#${sub}`)}`
    expect(await manage('POST', `${path}/disable`)).toMatchObject({ status: 200 })
    expect(await as(token, 'GET', 'namespaces')).toMatchObject({ status: 401 })
    expect(await as(await signIn({ sub, name: 'new' }), 'GET', 'namespaces')).toMatchObject({ status: 401 })
    expect((await principal(sub)).enabled).toBe(false)
    await manage('POST', `${path}/enable`)
    expect(await as(token, 'GET', 'namespaces')).toMatchObject({ status: 404 })
  })

  test('an external subject is a client of this server while the subject is registered for the client', async () => {
    const sub = randomUUID()
    const token = await signIn({ sub })
    const readName = async (): Promise<unknown> => (await as(token, 'GET', '/management/v1/whoami')).json
    const asItself = { principal: { issuer: idp.issuer, subject: sub } }
    expect(await readName()).toMatchObject(asItself)
    const client = `job-${sub}`
    await manage('POST', '/principals', { name: client })
    const party = { issuer: idp.issuer, subject: sub }
    await manage('POST', `/principals/${client}/federations`, party)
    expect(await readName()).toMatchObject({ principal: { issuer: 'headgate', subject: client } })
    await manage('POST', `/principals/${client}/federations/remove`, party)
    expect(await readName()).toMatchObject(asItself)
  })

  test('an external user becomes a new principal without rights after its principal was deleted', async () => {
    const sub = randomUUID()
    const token = await signIn({ sub })
    await as(token, 'GET', 'namespaces')
    const { id } = await principal(sub)
    const to = { principal: `${idp.issuer}#${sub}` }
    await manage('POST', '/grants', { privilege: 'select', on: warehouse, to })
    expect(await as(token, 'GET', 'namespaces')).toMatchObject({ status: 200 })
    await manage('DELETE', `/principals/${id}`)
    expect(await as(token, 'GET', 'namespaces')).toMatchObject({ status: 404 })
    expect((await principal(sub)).id).not.toBe(id)
  })

  test('the refusal of an external token contains the reason and the address for a new token', async () => {
    const refused = await as(await signIn({ aud: 'other' }), 'GET', 'namespaces')
    expect(refused.status).toBe(401)
    expect(refused.headers.get('www-authenticate')).toBe(
      'Bearer realm="headgate", resource_metadata="http://headgate.test/.well-known/oauth-protected-resource", ' +
        `error="invalid_token", error_description="The access token is not valid: The aud of the token must contain ${audience}."`,
    )
    const metadata = await fetch(`${server.url}/.well-known/oauth-protected-resource`)
    expect(await metadata.json()).toMatchObject({
      resource: 'http://headgate.test',
      authorization_servers: ['http://headgate.test', idp.issuer],
    })
  })
})

describe('Groups of an issuer', () => {
  test('groups of an issuer give their grants, directly and through roles, from the first token of a user', async () => {
    const group = `${idp.issuer}#analysts`
    expect(
      await manage('POST', '/grants', { privilege: 'select', on: warehouse, to: { group } }),
    ).toMatchObject({ status: 200 })
    await manage('POST', '/roles', { name: 'makers' })
    await manage('POST', '/roles/makers/members/add', { group: `${idp.issuer}#engineers` })
    await manage('POST', '/grants', { privilege: 'create', on: warehouse, to: { role: 'makers' } })
    expect(await as(await signIn({ groups: ['analysts'] }), 'GET', 'namespaces')).toMatchObject({
      status: 200,
    })
    const engineer = await signIn({ groups: ['engineers'] })
    expect(await as(engineer, 'POST', 'namespaces', { namespace: ['made'] })).toMatchObject({ status: 200 })
    expect(await as(await signIn({ groups: ['others'] }), 'GET', 'namespaces')).toMatchObject({ status: 404 })
    expect((await manage('GET', '/roles/makers/members')).json).toMatchObject({
      members: [{ kind: 'group', name: `${idp.issuer}#engineers` }],
    })
    const listed = await manage('GET', `/grants?group=${encodeURIComponent(group)}`)
    expect(listed.json).toMatchObject({
      grants: [{ privilege: 'select', to: { kind: 'group', name: group } }],
    })
    expect((await manage('GET', '/groups')).json).toMatchObject({
      groups: expect.arrayContaining([
        expect.objectContaining({ issuer: idp.issuer, name: 'analysts', members: 1 }),
      ]) as unknown,
    })
    await manage('POST', '/grants/revoke', { privilege: 'select', on: warehouse, to: { group } })
    expect(await as(await signIn({ groups: ['analysts'] }), 'GET', 'namespaces')).toMatchObject({
      status: 404,
    })
  })

  test('groups with the same name from another issuer give no grants', async () => {
    const elsewhere = { id: randomUUID(), issuer: 'https://elsewhere.example', name: 'same' }
    await ensureGroup(server.sql, elsewhere)
    await server.sql.transaction(async (tx) => {
      await bumpPolicy(tx)
      const to = { granteeId: elsewhere.id, granteeKind: 'group', grantedBy: null } as const
      const on = { securableId: server.warehouseId, securableKind: 'warehouse' } as const
      await insertGrant(tx, { ...on, ...to, privilege: 'select' })
    })
    await caughtUp()
    expect(await as(await signIn({ groups: ['same'] }), 'GET', 'namespaces')).toMatchObject({ status: 404 })
    // Lists mark a grant to a group whose issuer is not configured. The grant can be revoked, but not granted
    // again.
    const group = 'https://elsewhere.example#same'
    const query = `group=${encodeURIComponent(group)}`
    expect((await manage('GET', `/grants?${query}`)).json).toMatchObject({
      grants: [{ to: { name: group, issuerConfigured: false } }],
    })
    expect((await manage('GET', '/groups')).json).toMatchObject({
      groups: expect.arrayContaining([
        expect.objectContaining({ name: 'same', issuerConfigured: false }),
        expect.objectContaining({ issuer: idp.issuer, issuerConfigured: true }),
      ]) as unknown,
    })
    for (const to of [{ group }, { group: elsewhere.id }])
      expect(await manage('POST', '/grants', { privilege: 'modify', on: warehouse, to })).toMatchObject({
        status: 400,
      })
    expect(
      await manage('POST', '/grants/revoke', { privilege: 'select', on: warehouse, to: { group } }),
    ).toMatchObject({ status: 200, json: { changed: true } })
  })

  test('groups whose issuer is not configured cannot receive grants, and the response names the configured issuers', async () => {
    const group = `${idp.issuer}/#analysts`
    const refused = await manage('POST', '/grants', { privilege: 'select', on: warehouse, to: { group } })
    expect(refused.status).toBe(400)
    expect(JSON.stringify(refused.json)).toContain(
      `The server accepts no tokens of the issuer ${idp.issuer}/, so the group would have no members. Configured issuers, which must match exactly: ${idp.issuer}.`,
    )
    await manage('POST', '/roles', { name: 'mistyped' })
    expect(await manage('POST', '/roles/mistyped/members/add', { group })).toMatchObject({ status: 400 })
    expect(JSON.stringify((await manage('GET', '/groups')).json)).not.toContain(`${idp.issuer}/"`)
  })

  test('the recorded groups of a user are those of the newest token: an older token restores none, and a token without groups changes nothing', async () => {
    const group = `${idp.issuer}#lately`
    await manage('POST', '/grants', { privilege: 'select', on: warehouse, to: { group } })
    const sub = randomUUID()
    const old = await signIn({ sub, groups: ['lately'] }, Date.now() - 100_000)
    expect(await as(old, 'GET', 'namespaces')).toMatchObject({ status: 200 })
    expect(await as(await signIn({ sub }), 'GET', 'namespaces')).toMatchObject({ status: 200 })
    expect(await as(await signIn({ sub, groups: [] }), 'GET', 'namespaces')).toMatchObject({ status: 404 })
    expect(await as(old, 'GET', 'namespaces')).toMatchObject({ status: 404 })
    const version = await policyVersion(server.sql)
    const again = await signIn({ sub, groups: ['lately'], name: 'x' }, Date.now() - 90_000)
    expect(await as(again, 'GET', 'namespaces')).toMatchObject({ status: 404 })
    expect(await policyVersion(server.sql)).toBe(version)
  })

  test('groups of a user give no grants after the configured time, until a token contains the groups again', async () => {
    const group = `${idp.issuer}#aging`
    await manage('POST', '/grants', { privilege: 'select', on: warehouse, to: { group } })
    const sub = randomUUID()
    const token = await signIn({ sub, groups: ['aging'] }, Date.now() - 1_000)
    expect(await as(token, 'GET', 'namespaces')).toMatchObject({ status: 200 })
    await server.sql.run(backdate, [idp.issuer, sub])
    await server.sql.transaction(bumpPolicy)
    await caughtUp()
    const silent = await signIn({ sub })
    expect(await as(silent, 'GET', 'namespaces')).toMatchObject({ status: 404 })
    const again = await signIn({ sub, groups: ['aging'], name: 'said anew' })
    expect(await as(again, 'GET', 'namespaces')).toMatchObject({ status: 200 })
  })
})

describe('An engine in a token', () => {
  test('a registered engine that a token names as actor limits the user, and a token with any other actor is refused', async () => {
    const { id } = await server.caller('trino-here')
    await insertFederation(server.sql, id, { issuer: idp.issuer, subject: 'trino' }, 16)
    const subjects = [{ issuer: idp.issuer, pattern: 'u-*', groups: [] }]
    await server.sql.transaction(async (tx) => {
      await bumpPolicy(tx)
      await insertEngine(tx, id, { ...openEngine, subjects, privileges: ['select'] })
    })
    await caughtUp()
    const sub = `u-${randomUUID()}`
    const direct = await signIn({ sub })
    await as(direct, 'GET', 'namespaces')
    const to = { principal: `${idp.issuer}#${sub}` }
    await manage('POST', '/grants', { privilege: 'manage', on: warehouse, to })
    const name = { namespace: [`n${Date.now()}`] }
    const behind = await signIn({ sub, azp: 'trino' })
    expect(await as(behind, 'GET', 'namespaces')).toMatchObject({ status: 200 })
    expect(await as(behind, 'POST', 'namespaces', name)).toMatchObject({ status: 403 })
    expect(await as(direct, 'POST', 'namespaces', name)).toMatchObject({ status: 200 })
    expect(await as(await signIn({ azp: 'trino' }), 'GET', 'namespaces')).toMatchObject({ status: 403 })
    expect(await as(await signIn({ sub, azp: 'stranger' }), 'GET', 'namespaces')).toMatchObject({
      status: 401,
    })
    expect(await as(await signIn({ sub, azp: 'unlisted' }), 'GET', 'namespaces')).toMatchObject({
      status: 401,
    })
    const act = { sub: 'self-made' }
    expect(await as(await signIn({ sub, act }), 'GET', 'namespaces')).toMatchObject({ status: 401 })
    const other = { sub, azp: 'trino', may_act: { sub: 'spark' } }
    expect(await as(await signIn(other), 'GET', 'namespaces')).toMatchObject({ status: 401 })
  })
})

describe('A logout token', () => {
  const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }

  async function logOut(claims: JWTPayload): Promise<{ status: number; body: unknown }> {
    const token = await idp.sign({ aud: 'headgate', events, ...claims }, { header: { typ: 'logout+jwt' } })
    const body = new URLSearchParams({ logout_token: token })
    const response = await fetch(`${server.url}/oauth/backchannel-logout`, { method: 'POST', body })
    const text = await response.text()
    return { status: response.status, body: text === '' ? null : JSON.parse(text) }
  }

  test('a logout token ends earlier sessions of its user, works once, and does not end later sessions', async () => {
    const sub = randomUUID()
    const before = await signIn({ sub }, Date.now() - 2_000)
    expect(await as(before, 'GET', 'namespaces')).toMatchObject({ status: 404 })
    const jti = randomUUID()
    expect(await logOut({ sub, jti })).toEqual({ status: 200, body: null })
    expect(await as(before, 'GET', 'namespaces')).toMatchObject({ status: 401 })
    expect(await logOut({ sub, jti })).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
    const after = await signIn({ sub }, Date.now() + 2_000)
    expect(await as(after, 'GET', 'namespaces')).toMatchObject({ status: 404 })
  })

  test.each<[string, Record<string, unknown>]>([
    ['for another client', { aud: 'other' }],
    ['without the event', { events: { x: {} } }],
    [
      'with an event that is not an object',
      { sub: 'u', events: { 'http://schemas.openid.net/event/backchannel-logout': true } },
    ],
    ['with a nonce', { nonce: 'n' }],
    ['without a subject', { sid: 's' }],
    ['without a jti', { sub: 'u', jti: undefined }],
    ['that is over', { sub: 'u', exp: 1 }],
    ['that ends after all dates', { sub: 'u', exp: 1e300 }],
    ['of another issuer', { sub: 'u', iss: 'https://evil.example' }],
  ])('a logout token %s is refused', async (_, claims) => {
    expect(await logOut(claims)).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
  })
})
