import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeIssuerKey, startTestIssuer, type TestIssuer } from '@headgate/testkit'
import { type JWTPayload, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openEngine } from '../access/access-fixture.ts'
import { insertEngine } from '../../src/store/engines.ts'
import { statement } from '../../src/store/sql.ts'
import { type TestServer, testServer } from '../server.ts'
import { audience, makeIssuer } from './issuers/issuers.ts'

/** Public URL of the test server, which is issuer and audience in tokens of this server. */
const own = 'http://headgate.test'
const elsewhere = 'https://idp.example/realms/x'

interface Wrong {
  readonly token: string
  /** Expected reason in the audit event, without the code of the error. */
  readonly reason: RegExp
  /** Expected claims in the audit event. */
  readonly claimed: Readonly<Record<string, unknown>>
}

interface Found {
  readonly reason: string
  readonly detail: { readonly claimed?: readonly Readonly<Record<string, unknown>>[] }
}

const byRequest = statement('test_wrong_tokens', 'select reason, detail from audit where request_id = $1')

let idp: TestIssuer
let closed: TestIssuer
let server: TestServer
beforeAll(async () => {
  idp = await startTestIssuer()
  closed = await startTestIssuer()
  server = await testServer({
    anonymous: false,
    issuers: [
      makeIssuer(idp.issuer, { clients: new Set(['cli']) }),
      makeIssuer(closed.issuer, { makesPrincipals: false }),
    ],
  })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await idp[Symbol.asyncDispose]()
  await closed[Symbol.asyncDispose]()
})

const seconds = Math.floor(Date.now() / 1000)
const end = new Date((seconds + 300) * 1000).toISOString()

/** Signs a token with the signing key of the server, and replaces claims and header parameters. */
function forge(
  claims: { readonly [name in keyof JWTPayload]: unknown } = {},
  header: Readonly<Record<string, string>> = {},
): Promise<string> {
  const key = server.context.deps.refresh.ring.signing('session-token')
  const payload = {
    iss: own,
    aud: own,
    sub: 'etl',
    client_id: 'etl',
    iat: seconds,
    exp: seconds + 300,
    jti: 'x',
    principal_id: randomUUID(),
  }
  return new SignJWT({ ...payload, ...claims } as JWTPayload)
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: key.id, ...header })
    .sign(key.privateKey)
}

const good = { sub: 'u-1', aud: audience, azp: 'cli', scope: 'x', exp: seconds + 300 }
const external = (claims: JWTPayload, options?: Parameters<TestIssuer['sign']>[1]): Promise<string> =>
  idp.sign({ ...good, ...claims }, options)

function unsigned(header: object, claims: object): string {
  const [first, second] = [header, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  )
  return `${first}.${second}.`
}

async function changed(token: Promise<string>): Promise<string> {
  const [header, payload, signature = ''] = (await token).split('.')
  return `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
}

const ofServer = { issuer: own, subject: 'etl', audience: own, azp: 'etl', expiresAt: end }
const ofIdp = (): Wrong['claimed'] => ({
  issuer: idp.issuer,
  subject: 'u-1',
  audience,
  azp: 'cli',
  expiresAt: end,
})

/** Tokens that the server refuses, each with the true reason and what it claims. */
const wrongTokens: Readonly<Record<string, () => Promise<Wrong>>> = {
  'a token of an unconfigured issuer, signed with RS256': async () => {
    const key = await makeIssuerKey('RS256', 'k-1')
    const token = await new SignJWT({ iss: elsewhere, sub: 'alice', azp: 'trino', aud: ['lake', 'account'] })
      .setProtectedHeader({ alg: 'RS256', kid: 'k-1' })
      .sign(key.privateKey)
    const claimed = { issuer: elsewhere, subject: 'alice', azp: 'trino', audience: ['lake', 'account'] }
    return { token, reason: /no such issuer is configured$/, claimed: { ...claimed, keyId: 'k-1' } }
  },
  'a token of an unconfigured issuer, signed with ES256 and the key id of this server': async () => {
    const keyId = server.context.deps.refresh.ring.signing('session-token').id
    const key = await makeIssuerKey('ES256', keyId)
    const token = await idp.sign({ ...good, iss: elsewhere }, { key })
    return { token, reason: /no such issuer is configured$/, claimed: { issuer: elsewhere, keyId } }
  },
  'an unsigned token of an unconfigured issuer': () =>
    Promise.resolve({
      token: unsigned({ alg: 'none' }, { iss: elsewhere, sub: 'alice' }),
      reason: /no such issuer is configured$/,
      claimed: { issuer: elsewhere, subject: 'alice', algorithm: 'none' },
    }),
  'a token without an issuer': async () => ({
    token: await new SignJWT({ sub: 'alice' }).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.alloc(32)),
    reason: /no issuer is named$/,
    claimed: { subject: 'alice' },
  }),
  'an opaque token': () =>
    Promise.resolve({ token: 'ya29.opaque', reason: /not a JWT$/, claimed: { form: 'not a JWT' } }),
  'an encrypted token': () =>
    Promise.resolve({
      token: 'eyJhbGciOiJkaXIifQ..aXY.Y2lwaGVy.dGFn',
      reason: /not a JWT$/,
      claimed: { form: 'encrypted JWT' },
    }),
  'an expired token of this server': async () => ({
    token: await forge({ exp: seconds - 60 }),
    reason: /expired$/,
    claimed: { ...ofServer, expiresAt: new Date((seconds - 60) * 1000).toISOString() },
  }),
  'a token of this server with a changed signature': async () => ({
    token: await changed(forge()),
    reason: /wrong signature$/,
    claimed: ofServer,
  }),
  'a token of this server with an unknown key': async () => ({
    token: await forge({}, { kid: 'removed' }),
    reason: /unknown key$/,
    claimed: { ...ofServer, keyId: 'removed' },
  }),
  'an unsigned token that names this server': () =>
    Promise.resolve({
      token: unsigned({ alg: 'none', typ: 'at+jwt' }, { iss: own, sub: 'etl' }),
      reason: /wrong algorithm$/,
      claimed: { issuer: own, subject: 'etl', algorithm: 'none', type: 'at+jwt' },
    }),
  'a token of this server with another type': async () => ({
    token: await forge({}, { typ: 'JWT' }),
    reason: /wrong type$/,
    claimed: { ...ofServer, type: 'JWT' },
  }),
  'a token of this server for another audience': async () => ({
    token: await forge({ aud: 'https://other.example' }),
    reason: /wrong audience$/,
    claimed: { ...ofServer, audience: 'https://other.example' },
  }),
  'a token that this server signed for another public URL': async () => ({
    token: await forge({ iss: 'https://old.example' }),
    reason: /issued by this server for another public URL$/,
    claimed: { ...ofServer, issuer: 'https://old.example' },
  }),
  'a token of this server without a principal': async () => ({
    token: await forge({ principal_id: undefined }),
    reason: /wrong claims$/,
    claimed: ofServer,
  }),
  'an expired token of a configured issuer': async () => ({
    token: await external({ exp: seconds - 60 }),
    reason: /expired: The token has expired/,
    claimed: { ...ofIdp(), expiresAt: new Date((seconds - 60) * 1000).toISOString() },
  }),
  'a token of a configured issuer for another audience': async () => ({
    token: await external({ aud: 'account' }),
    reason: /wrong audience: The aud of the token must contain lakehouse/,
    claimed: { ...ofIdp(), audience: 'account' },
  }),
  'a token of a configured issuer with an unpublished key': async () => ({
    token: await external({}, { key: await makeIssuerKey('ES256', 'unpublished') }),
    reason: /unknown key: The issuer of the token does not publish the key/,
    claimed: { ...ofIdp(), keyId: 'unpublished' },
  }),
  'a token of a configured issuer with a changed signature': async () => ({
    token: await changed(external({})),
    reason: /wrong signature: The signature of the token/,
    claimed: ofIdp(),
  }),
  'a token of a configured issuer with another algorithm': async () => ({
    token: await external({}, { key: await makeIssuerKey('RS256') }),
    reason: /wrong algorithm: The token is signed with an algorithm/,
    claimed: { ...ofIdp(), algorithm: 'RS256' },
  }),
  'an id_token of a configured issuer': async () => ({
    token: await external({ nonce: 'n' }),
    reason: /wrong type: An id_token cannot be used as an access token/,
    claimed: ofIdp(),
  }),
  'a refresh token of a configured issuer': async () => ({
    token: await external({ typ: 'Refresh' }),
    reason: /wrong type: The claim typ of the token/,
    claimed: ofIdp(),
  }),
  'a token of a configured issuer that is not valid yet': async () => ({
    token: await external({ nbf: seconds + 250 }),
    reason: /not yet valid: The token is not valid yet/,
    claimed: ofIdp(),
  }),
  'a token of a configured issuer for another client': async () => ({
    token: await external({ azp: 'dashboard' }),
    reason: /unknown client: The token was issued to a client/,
    claimed: { ...ofIdp(), azp: 'dashboard' },
  }),
  'a token of a configured issuer that is bound to a key': async () => ({
    token: await external({ cnf: { jkt: 'x' } }),
    reason: /wrong claims: The token is bound to a key/,
    claimed: ofIdp(),
  }),
  'a token of a configured issuer with an unknown actor': async () => ({
    token: await external({ act: { sub: 'spark' } }),
    reason: /unknown actor$/,
    claimed: ofIdp(),
  }),
  'a token of a user who has no principal': async () => ({
    token: await closed.sign({ ...good, sub: 'stranger' }),
    reason: /no principal exists for its subject/,
    claimed: { ...ofIdp(), issuer: closed.issuer, subject: 'stranger' },
  }),
}

interface Refused extends Wrong {
  readonly status: number
  readonly body: string
  readonly challenge: string | null
  readonly event: Found
}

async function send(
  token: string,
  requestId: string,
): Promise<Pick<Refused, 'status' | 'body' | 'challenge'>> {
  const headers = { authorization: `Bearer ${token}`, 'x-request-id': requestId }
  const { status, json, headers: response } = await server.send('GET', 'namespaces', undefined, headers)
  return { status, body: JSON.stringify(json), challenge: response.get('www-authenticate') }
}

/** Returns the audit event of a request, which the refusal log writes in a batch. */
async function findEvent(requestId: string): Promise<Found> {
  const patience = AbortSignal.timeout(5_000)
  while (!patience.aborted) {
    const [event] = await server.sql.run<Found>(byRequest, [requestId])
    if (event !== undefined) return event
    await sleep(50)
  }
  throw new Error('the audit contains no event of the request')
}

async function refuse(make: () => Promise<Wrong>): Promise<Refused> {
  const wrong = await make()
  const id = randomUUID()
  const response = await send(wrong.token, id)
  return { ...wrong, ...response, event: await findEvent(id) }
}

describe('A refused token', () => {
  const refused = new Map<string, Refused>()
  beforeAll(async () => {
    const all = Object.entries(wrongTokens).map(async ([name, make]) => [name, await refuse(make)] as const)
    for (const [name, one] of await Promise.all(all)) refused.set(name, one)
  })

  test.each(Object.keys(wrongTokens))(
    'the audit event of %s contains its claims and the true reason, and the response does not',
    (name) => {
      const { status, token, reason, claimed, event, body } = refused.get(name) ?? expect.unreachable()
      expect(status).toBe(401)
      expect(event.reason).toMatch(reason)
      expect(event.detail.claimed).toMatchObject([
        { sentAs: 'Authorization header', verified: false, ...claimed },
      ])
      expect(JSON.stringify(event)).not.toContain(token)
      expect(body).not.toMatch(/idp\.example|old\.example|u-1|etl/)
    },
  )

  test('all tokens that neither this server nor a configured issuer signed get the same response, regardless of the reason', () => {
    const names = [
      'a token of an unconfigured issuer, signed with RS256',
      'an unsigned token of an unconfigured issuer',
      'a token without an issuer',
      'an opaque token',
      'an encrypted token',
      'a token of this server with a changed signature',
      'a token of this server with an unknown key',
    ]
    const responses = names.map((name) => [refused.get(name)?.body, refused.get(name)?.challenge])
    expect(new Set(responses.map((response) => JSON.stringify(response))).size).toBe(1)
    expect(responses[0]).not.toContain(undefined)
  })

  test('the claims in an audit event have at most 1.4 kB, and contain neither tokens nor values of other types', async () => {
    const long = 'x'.repeat(600)
    const claims = { iss: `https://${long}`, azp: 7, aud: Array<string>(6).fill(long), exp: 'soon' }
    const token = unsigned({ alg: 'none', kid: long }, { ...claims, sub: await forge() })
    const { event } = await refuse(() => Promise.resolve({ token, reason: /./, claimed: {} }))
    const [claimed] = event.detail.claimed ?? []
    expect(JSON.stringify(claimed).length).toBeLessThan(1_400)
    expect(claimed).toMatchObject({ azp: '(number, not a text)', expiresAt: '(not a time)' })
    expect(claimed?.['audience']).toHaveLength(5)
    expect(JSON.stringify(event)).not.toContain('eyJ')
  })

  test('the event of a refused token exchange contains the claims of the subject token and of the engine', async () => {
    const engine = await server.caller('trino')
    await insertEngine(server.sql, engine.id, openEngine)
    const body = new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: await external({ aud: 'account' }),
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    })
    const id = randomUUID()
    const headers = { authorization: `Bearer ${engine.token}`, 'x-request-id': id }
    const response = await fetch(`${server.url}/oauth/token`, { method: 'POST', body, headers })
    expect(response.status).toBe(400)
    const { reason, detail } = await findEvent(id)
    expect(reason).toMatch(/invalid-grant: wrong audience: The aud of the token must contain lakehouse/)
    expect(detail.claimed).toMatchObject([
      { sentAs: 'subject_token', verified: false, subject: 'u-1', audience: 'account' },
      { sentAs: 'Authorization header', verified: false, subject: 'trino' },
    ])
  })
})
