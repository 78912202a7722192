import { startTestIssuer, type TestIssuer } from '@headgate/testkit'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { findPrincipalBySubject } from '../../src/store/principals.ts'
import { bumpPolicy, policyVersion } from '../../src/store/policies.ts'
import { insertGrant } from '../../src/store/grants.ts'
import { statement } from '../../src/store/sql.ts'
import {
  audience as frontAudience,
  makeIssuer,
  testService,
  type TestService,
} from '../identity/issuers/issuers.ts'
import { schema } from '../iceberg/tables.ts'
import type { Send, TestServer, TestServerOptions } from '../server.ts'
import { type UpstreamFixture, upstreamFixture } from './upstream-fixture.ts'

const upstreamAudience = 'https://upstream.test'
const tables = 'namespaces/sales/tables'

let idp: TestIssuer
let fixture: UpstreamFixture
beforeAll(async () => {
  idp = await startTestIssuer()
  fixture = await upstreamFixture({ identity: { mode: 'assert', audience: upstreamAudience } }, null, {
    issuers: [makeIssuer(idp.issuer)],
    upstream: trusting,
  })
  await fixture.upstream.send('POST', 'namespaces', { namespace: ['sales'] })
})
afterAll(async () => {
  await fixture[Symbol.asyncDispose]()
  await idp[Symbol.asyncDispose]()
})
beforeEach(() => {
  fixture.proxy.requests.length = 0
  fixture.proxy.intercept(() => 'forward')
})

/** Configures the upstream to trust the assertions of `front` and the tokens of the identity provider. */
function trusting(front: TestServer): TestServerOptions {
  const asserting = makeIssuer(assertionIssuer(front), {
    audiences: [upstreamAudience],
    keys: { from: 'uri', uri: `${front.url}/assertions/${front.warehouseId}/jwks.json` },
  })
  return { issuers: [asserting, makeIssuer(idp.issuer, { audiences: [upstreamAudience] })], anonymous: true }
}

const assertionIssuer = (front: TestServer): string => `http://headgate.test/assertions/${front.warehouseId}`

const setIdentity = statement(
  'test_upstream_identity',
  `with changed as (
     update warehouse set upstream = upstream || $1::jsonb, version = version + 1
     where name = 'lakehouse' returning id)
   select pg_notify('headgate', 'warehouse:' || id) from changed`,
)
async function configure(
  identity: Readonly<Record<string, unknown>>,
  auth: Readonly<Record<string, string>> = {},
): Promise<void> {
  await fixture.front.sql.run(setIdentity, [JSON.stringify({ identity, auth })])
  fixture.front.context.deps.warehouses.forget()
}

/** Grants all rights on the warehouse to a principal of another issuer, which the first request creates. */
async function allow(server: TestServer, issuer: string, subject: string): Promise<void> {
  const row = await findPrincipalBySubject(server.sql, issuer, subject)
  if (row === null) throw new Error(`${subject} is unknown`)
  for (const privilege of ['select', 'modify', 'create'] as const)
    await server.sql.transaction(async (tx) => {
      await bumpPolicy(tx)
      const on = { securableId: server.warehouseId, securableKind: 'warehouse' } as const
      await insertGrant(tx, {
        ...on,
        privilege,
        granteeId: row.id,
        granteeKind: 'principal',
        grantedBy: null,
      })
    })
  server.context.deps.policies.saw(await policyVersion(server.sql))
}

/** Returns a caller of `front` with all rights on its warehouse. */
async function user(name: string): Promise<Send> {
  const { front } = fixture
  const caller = await front.caller(name)
  for (const privilege of ['select', 'modify', 'create'] as const)
    await front.grant({ privilege, on: { kind: 'warehouse', id: front.warehouseId }, to: caller })
  return caller.send
}

/** Returns a caller of `front` with a token of the identity provider, and all rights on its warehouse. */
async function external(subject: string, aud: string[], groups?: string[]): Promise<Send> {
  const { front } = fixture
  const token = await idp.sign({ sub: subject, aud, scope: 'x', preferred_username: subject, groups })
  const send: Send = (method, path, body, headers) =>
    front.send(method, path, body, { ...headers, authorization: `Bearer ${token}` })
  await send('GET', '/v1/config?warehouse=lakehouse')
  await allow(front, idp.issuer, subject)
  return send
}

/** Returns the tokens that the upstream received. */
function sentTokens(): string[] {
  return fixture.proxy.requests.map(({ headers }) => headers.authorization?.replace('Bearer ', '') ?? '')
}

describe('assert', () => {
  test('the upstream and its audit log recognize each user, and decide with the rights of this user', async () => {
    const { front, upstream } = fixture
    const [ann, bob] = [await user('ann'), await user('bob')]
    for (const send of [ann, bob]) expect((await send('GET', tables)).status).toBe(403)
    await allow(upstream, assertionIssuer(front), 'ann')
    expect((await ann('POST', tables, { name: 'a', schema })).status).toBe(200)
    expect((await ann('GET', `${tables}/a`)).status).toBe(200)
    expect((await bob('GET', `${tables}/a`)).status).toBe(403)
    await allow(upstream, assertionIssuer(front), 'bob')
    expect((await bob('GET', `${tables}/a`)).status).toBe(200)
    expect((await bob('POST', tables, { name: 'b', schema })).status).toBe(200)
    const events = await upstream.send('GET', '/management/v1/audit?operation=createTable')
    expect(JSON.stringify(events.json)).toMatch(/#ann"/)
    expect(JSON.stringify(events.json)).toMatch(/#bob"/)
  })

  test('the assertion for the upstream has the configured audience, is valid for five minutes and names the user', async () => {
    const { front } = fixture
    const cat = await user('cat')
    await cat('GET', tables)
    const [token = ''] = sentTokens()
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'ES256', typ: 'JWT' })
    const { iss, aud, sub, exp = 0, act } = decodeJwt(token)
    expect({ iss, aud, sub, act }).toEqual({
      iss: assertionIssuer(front),
      aud: upstreamAudience,
      sub: 'cat',
      act: undefined,
    })
    expect(exp - Date.now() / 1000).toBeLessThanOrEqual(300)
  })

  test('a load with the identity of a user is not conditional, because the upstream decides about each user', async () => {
    const { front, upstream } = fixture
    const lea = await user('lea')
    await lea('GET', tables)
    await allow(upstream, assertionIssuer(front), 'lea')
    expect((await lea('POST', tables, { name: 'f', schema })).status).toBe(200)
    for (let at = 0; at < 2; at += 1) expect((await lea('GET', `${tables}/f`)).status).toBe(200)
    expect(fixture.proxy.requests.filter(({ headers }) => headers['if-none-match'] !== undefined)).toEqual([])
  })

  test('the subject in the assertion for a user of another issuer contains the issuer, and never a name that the user chose', async () => {
    const eve = await external('eve', [frontAudience])
    fixture.proxy.requests.length = 0
    await eve('GET', tables)
    expect(decodeJwt(sentTokens()[0] ?? '').sub).toBe(`${idp.issuer}#eve`)
  })

  test('a login name that two principals share is refused as the subject of an assertion', async () => {
    await configure({ mode: 'assert', audience: upstreamAudience, subject: 'login' })
    try {
      await user('dan')
      const dan = await external('dan', [frontAudience])
      expect(await dan('GET', tables)).toMatchObject({ status: 403 })
      const fay = await external('fay', [frontAudience])
      fixture.proxy.requests.length = 0
      await fay('GET', tables)
      expect(decodeJwt(sentTokens()[0] ?? '').sub).toBe('fay')
    } finally {
      await configure({ mode: 'assert', audience: upstreamAudience })
    }
  })

  test('the assertion for the upstream contains groups when they are configured', async () => {
    await configure({ mode: 'assert', audience: upstreamAudience, groups: true })
    try {
      const gil = await external('gil', [frontAudience], ['finance'])
      fixture.proxy.requests.length = 0
      await gil('GET', tables)
      expect(decodeJwt(sentTokens()[0] ?? '')['groups']).toEqual(['finance'])
    } finally {
      await configure({ mode: 'assert', audience: upstreamAudience })
    }
  })

  test('when the upstream refuses an assertion because of its audience, the client receives 502', async () => {
    await configure({ mode: 'assert', audience: 'https://other.test' })
    try {
      const ann = await user('gus')
      expect((await ann('GET', tables)).status).toBe(502)
    } finally {
      await configure({ mode: 'assert', audience: upstreamAudience })
    }
  })

  test('the check of the warehouse tells whether the upstream accepts assertions for another audience', async () => {
    const { front, proxy } = fixture
    const wanda = await front.caller('wanda')
    const on = { kind: 'warehouse', id: front.warehouseId } as const
    for (const privilege of ['manage', 'administer-storage'] as const)
      await front.grant({ privilege, on, to: wanda })
    const check = async (): Promise<unknown> =>
      (await wanda.send('POST', '/management/v1/warehouses/lakehouse/check')).json
    const finding = (ok: boolean, text: string): object => ({
      findings: expect.arrayContaining([
        { name: 'audience', ok, message: expect.stringContaining(text) as unknown },
      ]) as unknown,
    })
    // The connection of the administrator must succeed before the audience is tested.
    const isOther = (token = ''): boolean => token.includes('.') && decodeJwt(token).aud !== upstreamAudience
    const answers = (accepts: boolean): void =>
      proxy.intercept(({ path, headers }) => {
        if (!accepts && isOther(headers.authorization?.replace('Bearer ', '')))
          return { status: 401, body: '{}' }
        return { status: 200, body: path.startsWith('/v1/config') ? '{}' : '{"namespaces":[]}' }
      })
    answers(false)
    expect(await check()).toMatchObject(finding(true, 'refuses a JWT of Headgate for another audience'))
    expect(sentTokens().map((token) => decodeJwt(token).aud)).toContainEqual(
      expect.stringMatching(/^urn:headgate:/),
    )
    answers(true)
    expect(await check()).toMatchObject(finding(false, 'for an audience that does not exist'))
  })

  test('neither the server nor the upstream accepts a token of the other as a login', async () => {
    const { front, upstream } = fixture
    const caller = await front.caller('hal')
    const on = { kind: 'warehouse', id: front.warehouseId } as const
    await front.grant({ privilege: 'select', on, to: caller })
    await caller.send('GET', tables)
    await allow(upstream, assertionIssuer(front), 'hal')
    const [assertion = ''] = sentTokens()
    const authorized = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` })
    const config = '/v1/config?warehouse=lakehouse'
    expect((await front.send('GET', config, undefined, authorized(assertion))).status).toBe(401)
    expect((await upstream.send('GET', config, undefined, authorized(caller.token))).status).toBe(401)
    expect((await front.send('GET', config, undefined, authorized(caller.token))).status).toBe(200)
  })

  test('a caller without an identity is refused, and no request is sent to the upstream', async () => {
    const response = await fixture.front.send('GET', tables)
    expect(response).toMatchObject({ status: 403 })
    expect(JSON.stringify(response.json)).toContain('log in to Headgate')
    expect(fixture.proxy.requests).toEqual([])
  })

  test('concurrent loads of two users are two requests to the upstream, each with the identity of its user', async () => {
    const { front, upstream } = fixture
    const [ida, jan] = [await user('ida'), await user('jan')]
    for (const [name, send] of [
      ['ida', ida],
      ['jan', jan],
    ] as const) {
      await send('GET', tables)
      await allow(upstream, assertionIssuer(front), name)
    }
    await ida('POST', tables, { name: 'shared', schema })
    fixture.proxy.requests.length = 0
    const responses = await Promise.all(
      Array.from({ length: 12 }, (_, index) => (index % 2 ? ida : jan)('GET', `${tables}/shared`)),
    )
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]))
    expect(new Set(sentTokens().map((token) => decodeJwt(token).sub))).toEqual(new Set(['ida', 'jan']))
  })

  test('the assertion issuer of a warehouse publishes its metadata and its keys, and other warehouses have no such issuer', async () => {
    const { front } = fixture
    const path = `/assertions/${front.warehouseId}`
    const metadata = await front.send('GET', `${path}/.well-known/openid-configuration`)
    expect(metadata.json).toMatchObject({
      issuer: assertionIssuer(front),
      jwks_uri: `${assertionIssuer(front)}/jwks.json`,
    })
    const { json } = await front.send('GET', `${path}/jwks.json`)
    const own = await front.send('GET', '/.well-known/jwks.json')
    expect(JSON.stringify(own.json)).not.toContain(
      (json as { keys: { kid: string }[] }).keys[0]?.kid ?? 'missing',
    )
    const other = `/assertions/${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}/jwks.json`
    expect((await front.send('GET', other)).status).toBe(404)
  })

  test('a 401 response of the upstream results in 502 and names the user, and a 403 response remains 403 and names the warehouse', async () => {
    const { front, upstream } = fixture
    const kim = await user('kim')
    await kim('GET', tables)
    await allow(upstream, assertionIssuer(front), 'kim')
    const error = (status: number): { status: number; body: string } => ({
      status,
      body: JSON.stringify({ error: { message: 'no', type: 'X', code: status } }),
    })
    fixture.proxy.intercept(({ path }) => (path.startsWith('/v1/config') ? 'forward' : error(401)))
    const unknown = await kim('GET', tables)
    expect(unknown.status).toBe(502)
    expect(JSON.stringify(unknown.json)).toContain('refused the identity of kim (401)')
    fixture.proxy.intercept(({ path }) => (path.startsWith('/v1/config') ? 'forward' : error(403)))
    const refused = await kim('GET', tables)
    expect(refused.status).toBe(403)
    expect(JSON.stringify(refused.json)).toContain('lakehouse')
  })
})

describe('forward', () => {
  beforeAll(() => configure({ mode: 'forward', audience: upstreamAudience }))
  afterAll(() => configure({ mode: 'assert', audience: upstreamAudience }))

  test('in the identity mode forward, the upstream receives the token of the client when its audience names the upstream', async () => {
    const { upstream } = fixture
    const lea = await external('lea', [frontAudience, upstreamAudience])
    expect((await lea('GET', tables)).status).toBe(403)
    await allow(upstream, idp.issuer, 'lea')
    expect((await lea('GET', tables)).status).toBe(200)
    expect(decodeJwt(sentTokens().at(-1) ?? '')).toMatchObject({ iss: idp.issuer, sub: 'lea' })
  })

  test('in the identity mode forward, a token without the audience of the upstream and a token of Headgate are refused', async () => {
    const max = await external('max', [frontAudience])
    const ned = await user('ned')
    fixture.proxy.requests.length = 0
    expect(await max('GET', tables)).toMatchObject({ status: 403 })
    expect(await ned('GET', tables)).toMatchObject({ status: 403 })
    expect(fixture.proxy.requests).toEqual([])
  })
})

describe('a token service', () => {
  let service: TestService
  let respond: (form: URLSearchParams) => Promise<{ readonly status?: number; readonly body: unknown }>
  const auth = (): Record<string, string> => ({
    'rest.auth.type': 'oauth2',
    'rest.auth.oauth2.token-endpoint': `${service.url}/token`,
    'rest.auth.oauth2.client-id': 'headgate',
    'rest.auth.oauth2.client-auth': 'none',
  })
  const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
  beforeAll(async () => {
    service = await testService((_, body) => respond(new URLSearchParams(body)))
  })
  afterAll(async () => {
    await configure({ mode: 'assert', audience: upstreamAudience })
    await service[Symbol.asyncDispose]()
  })
  beforeEach(() => {
    service.asked.length = 0
    // Issues a token of the identity provider for the subject of the presented token.
    respond = async (form) => {
      const { sub = '' } = decodeJwt(form.get('subject_token') ?? form.get('assertion') ?? '')
      const token = await idp.sign({ sub, aud: upstreamAudience, scope: 'x' })
      return { body: { access_token: token, token_type: 'Bearer', expires_in: 300 } }
    }
  })

  test('in the identity mode exchange, the upstream receives the token that the token service issues for the token of each user', async () => {
    await configure({ mode: 'exchange', audience: upstreamAudience }, auth())
    const [oda, pia] = [await external('oda', [frontAudience]), await external('pia', [frontAudience])]
    fixture.proxy.requests.length = 0
    for (const send of [oda, pia, oda]) await send('GET', tables)
    expect(new Set(sentTokens().map((token) => decodeJwt(token).sub))).toEqual(new Set(['oda', 'pia']))
    const forms = service.asked.map(({ body }) => new URLSearchParams(body))
    expect(forms).toHaveLength(2)
    for (const form of forms) {
      expect(form.get('grant_type')).toBe(exchange)
      expect(form.get('audience')).toBe(upstreamAudience)
      expect(decodeJwt(form.get('subject_token') ?? '').iss).toBe(idp.issuer)
    }
    await allow(fixture.upstream, idp.issuer, 'oda')
    expect((await oda('GET', tables)).status).toBe(200)
  })

  test('in the identity mode exchange, a caller with a token of Headgate is refused, and no request is sent to the upstream', async () => {
    await configure({ mode: 'exchange', audience: upstreamAudience }, auth())
    const quin = await user('quin')
    const refused = await quin('GET', tables)
    expect(refused.status).toBe(403)
    expect(JSON.stringify(refused.json)).toContain('token of your identity provider')
    expect([fixture.proxy.requests, service.asked]).toEqual([[], []])
  })

  test('a user whom the token service refuses receives 403, and other failures of the token service result in 503', async () => {
    await configure({ mode: 'exchange', audience: upstreamAudience }, auth())
    const rut = await external('rut', [frontAudience])
    await configure({ mode: 'exchange', audience: upstreamAudience }, auth())
    respond = () => Promise.resolve({ status: 400, body: { error: 'invalid_grant' } })
    const refused = await rut('GET', tables)
    expect(refused.status).toBe(403)
    expect(JSON.stringify(refused.json)).not.toContain('127.0.0.1')
    await configure({ mode: 'exchange', audience: upstreamAudience }, auth())
    respond = () => Promise.resolve({ status: 401, body: { error: 'invalid_client' } })
    expect((await rut('GET', tables)).status).toBe(503)
    expect(fixture.proxy.requests.filter(({ path }) => !path.startsWith('/v1/config'))).toEqual([])
  })

  test.each([
    ['token-exchange', 'subject_token'],
    ['jwt-bearer', 'assertion'],
  ])(
    'in the identity mode assert with the grant %s, the token service receives the JWT of Headgate for the user',
    async (grant, parameter) => {
      const target = {
        'rest.auth.oauth2.grant-type': grant,
        'rest.auth.oauth2.audience': 'https://target.test',
      }
      await configure({ mode: 'assert', audience: 'https://issuer.test' }, { ...auth(), ...target })
      const sid = await user(`sid-${grant}`)
      await sid('GET', tables)
      const [form] = service.asked.map(({ body }) => new URLSearchParams(body))
      expect(form?.get('audience')).toBe('https://target.test')
      expect(decodeJwt(form?.get(parameter) ?? '')).toMatchObject({
        iss: assertionIssuer(fixture.front),
        aud: 'https://issuer.test',
        sub: `sid-${grant}`,
      })
      expect(decodeJwt(sentTokens()[0] ?? '')).toMatchObject({ iss: idp.issuer, sub: `sid-${grant}` })
    },
  )

  test('in the identity mode assert with AWS, requests are signed with the keys that STS issues for the JWT of each user', async () => {
    respond = (form) => {
      const { sub = '' } = decodeJwt(form.get('WebIdentityToken') ?? '')
      const end = new Date(Date.now() + 3_600_000).toISOString()
      const keys = `<AccessKeyId>AKIA${sub}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>`
      const result = `<Credentials>${keys}<Expiration>${end}</Expiration></Credentials>`
      const name = 'AssumeRoleWithWebIdentity'
      const text = `<${name}Response><${name}Result>${result}</${name}Result></${name}Response>`
      return Promise.resolve({ body: text })
    }
    await configure(
      { mode: 'assert', audience: 'sts.amazonaws.com' },
      {
        'rest.auth.type': 'sigv4',
        'rest.auth.sigv4.region': 'eu-central-1',
        'rest.auth.sigv4.service': 'glue',
        'rest.auth.sigv4.role-arn': 'arn:aws:iam::123456789012:role/lake',
        'rest.auth.sigv4.sts-endpoint': service.url,
      },
    )
    for (const name of ['tom', 'una']) await (await user(name))('GET', tables)
    const keys = fixture.proxy.requests.map(
      ({ headers }) => /Credential=(\w+)/.exec(headers.authorization ?? '')?.[1],
    )
    expect(new Set(keys)).toEqual(new Set(['AKIAtom', 'AKIAuna']))
    const forms = service.asked.map(({ body }) => new URLSearchParams(body))
    expect(forms.map((form) => form.get('RoleSessionName')).toSorted()).toEqual(['tom', 'una'])
  })
})
