import { setTimeout as sleep } from 'node:timers/promises'
import { startTestIssuer, type TestIssuer } from '@headgate/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { statement } from '../../src/store/sql.ts'
import { audience, makeIssuer } from '../identity/issuers/issuers.ts'
import { type TestServer, testServer } from '../server.ts'

const sameOrigin = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' }
/** Claims and members that the issuer puts into its next responses, instead of the correct ones. */
interface Wrong {
  readonly idToken?: Readonly<Record<string, unknown>>
  readonly accessToken?: Readonly<Record<string, unknown>>
  readonly body?: Readonly<Record<string, unknown>>
  readonly status?: number
}
let wrong: Wrong = {}
let nonce = ''
let renewals = 0
let forms: URLSearchParams[] = []
let issuer: TestIssuer
let server: TestServer

beforeAll(async () => {
  issuer = await startTestIssuer({
    metadata: { authorization_response_iss_parameter_supported: true },
    async token(form) {
      forms.push(form)
      if (form.get('grant_type') === 'refresh_token') renewals += 1
      const { idToken, accessToken, body, status = 200 } = wrong
      const user = { sub: 'u1', preferred_username: 'ada', groups: ['finance'] }
      const id = { ...user, aud: 'console', nonce, sid: 's1', ...idToken }
      const access = { ...user, aud: audience, azp: 'console', ...accessToken }
      return {
        status,
        body: {
          access_token: await issuer.sign(access, { header: { typ: 'at+jwt' } }),
          id_token: await issuer.sign(id),
          token_type: 'Bearer',
          refresh_token: `refresh-${renewals}`,
          ...body,
        },
      }
    },
  })
  const settings = makeIssuer(issuer.issuer, {
    logoutAudiences: ['console'],
    console: {
      client: { id: 'console', proof: { method: 'none' } },
      label: 'Test',
      scope: 'openid',
      token: 'access_token',
      checkMs: 25_000,
      parameters: {},
    },
  })
  server = await testServer({ anonymous: false, issuers: [settings] })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await issuer[Symbol.asyncDispose]()
})
beforeEach(() => {
  wrong = {}
  forms = []
})

interface Started {
  readonly url: URL
  readonly cookie: string
}

async function start(place = '/w/lakehouse'): Promise<Started> {
  const response = await fetch(`${server.url}/console/sign-in`, {
    method: 'POST',
    headers: sameOrigin,
    body: JSON.stringify({ issuer: issuer.issuer, place }),
  })
  expect(response.status).toBe(200)
  const { url } = (await response.json()) as { url: string }
  nonce = new URL(url).searchParams.get('nonce') ?? ''
  return { url: new URL(url), cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '' }
}

/** Sends the browser back from the issuer. */
function finish({ url, cookie }: Started, changes: Readonly<Record<string, string>> = {}): Promise<Response> {
  const state = url.searchParams.get('state') ?? ''
  const query = new URLSearchParams({ code: 'c', state, iss: issuer.issuer, ...changes })
  return fetch(`${server.url}/console/callback?${query.toString()}`, {
    headers: { cookie, 'sec-fetch-site': 'cross-site' },
    redirect: 'manual',
  })
}

function sessionOf(response: Response): string {
  const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '')
  return cookies.find((cookie) => cookie.startsWith('headgate-session')) ?? ''
}

async function signIn(): Promise<string> {
  return sessionOf(await finish(await start()))
}

function whoami(cookie: string): Promise<Response> {
  return fetch(`${server.url}/console/api/management/v1/whoami`, { headers: { ...sameOrigin, cookie } })
}

const checkNow = statement('check_now', `update console_session set check_at = now() - interval '1 s'`)
const endTokensSoon = statement(
  'end_tokens_soon',
  `update console_session set token_ends_at = now() + interval '2 s'`,
)

test('a user signs in to the console at an issuer with PKCE, state and nonce, and returns to the page that was open', async () => {
  const started = await start()
  const parameters = Object.fromEntries(started.url.searchParams)
  expect(parameters).toMatchObject({
    response_type: 'code',
    client_id: 'console',
    code_challenge_method: 'S256',
    scope: 'openid',
    redirect_uri: expect.stringMatching(/\/console\/callback$/),
  })
  const response = await finish(started)
  expect(response.status).toBe(303)
  expect(response.headers.get('location')).toMatch(/\/console\/w\/lakehouse$/)
  expect(response.headers.get('location')).not.toContain('code')
  const [cookie = ''] = response.headers.getSetCookie()
  expect(cookie).toMatch(/HttpOnly; SameSite=Strict/)
  expect(forms[0]?.get('code_verifier')).toMatch(/^[\w-]{43}$/)
  const me = await whoami(sessionOf(response))
  expect(await me.json()).toMatchObject({ principal: { name: 'ada' }, obtainedBy: 'external-token' })
})

test('the database contains the tokens of an issuer only sealed', async () => {
  await signIn()
  const read = statement('read_tokens', 'select tokens from console_session')
  const rows = await server.sql.run<{ tokens: string }>(read, [])
  expect(rows.length).toBeGreaterThan(0)
  expect(JSON.stringify(rows)).not.toContain('refresh-')
})

test.each<[string, Wrong, Readonly<Record<string, string>>, string]>([
  ['another state', {}, { state: 'x' }, 'refused'],
  ['another issuer in the response', {}, { iss: 'https://evil.example' }, 'refused'],
  ['an error of the issuer', {}, { error: 'access_denied' }, 'refused'],
  ['another nonce', { idToken: { nonce: 'x' } }, {}, 'refused'],
  ['an id token for another client', { idToken: { aud: 'other' } }, {}, 'refused'],
  ['an id token of another issuer', { idToken: { iss: 'https://evil.example' } }, {}, 'refused'],
  ['an id token of more than 16384 characters', { idToken: { x: 'x'.repeat(16_384) } }, {}, 'refused'],
  [
    'a refresh token of more than 16384 characters',
    { body: { refresh_token: 'x'.repeat(16_385) } },
    {},
    'refused',
  ],
  ['an expired id token', { idToken: { exp: 1 } }, {}, 'refused'],
  ['no id token', { body: { id_token: undefined } }, {}, 'refused'],
  ['an unsigned id token', { body: { id_token: 'eyJhbGciOiJub25lIn0.e30.' } }, {}, 'refused'],
  ['tokens of two users', { accessToken: { sub: 'u2' } }, {}, 'refused'],
  ['an access token for another service', { accessToken: { aud: 'other' } }, {}, 'refused'],
  ['an access token with an actor', { accessToken: { act: { sub: 'trino' } } }, {}, 'refused'],
  ['an error of the token endpoint', { status: 400, body: { error: 'invalid_grant' } }, {}, 'refused'],
  ['an issuer that fails', { status: 503 }, {}, 'unavailable'],
  ['an issuer that limits requests', { status: 429 }, {}, 'unavailable'],
])(
  'a sign-in to the console with %s is refused, and the page states the reason',
  async (_, response, query, kind) => {
    const started = await start()
    wrong = response
    const answer = await finish(started, query)
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toContain(`sign-in=${kind}`)
    expect(sessionOf(answer)).toBe('')
  },
)

test('a sign-in that another browser has started is refused', async () => {
  const [mine, other] = [await start(), await start()]
  expect((await finish({ ...mine, cookie: '' })).headers.get('location')).toContain('sign-in=expired')
  expect((await finish({ ...mine, cookie: other.cookie })).headers.get('location')).toContain('refused')
  const changed = { ...mine, cookie: mine.cookie.slice(0, -3) }
  expect((await finish(changed)).headers.get('location')).toContain('sign-in=expired')
})

test.each(['//evil.example', '/../../x', '\\\\evil.example', '/a/..//..//evil.example', '@evil.example/'])(
  'a sign-in never leads out of the console, as to %s',
  async (place) => {
    const location = new URL((await finish(await start(place))).headers.get('location') ?? '')
    expect(location.pathname).toMatch(/^\/console\//)
    expect(location.host).not.toContain('evil')
  },
)

test('a sign-in leads to the first page if the place is longer when it is encoded than a cookie can store', async () => {
  const started = await start(`/explain?object=${'ж'.repeat(900)}`)
  expect((await finish(started)).headers.get('location')).toMatch(/\/console\/$/)
})

test('a session of the console is renewed at its issuer by one of many requests, and ends when the issuer refuses', async () => {
  const cookie = await signIn()
  const before = renewals
  await server.sql.run(checkNow, [])
  const answers = await Promise.all(Array.from({ length: 20 }, () => whoami(cookie)))
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
  expect(renewals).toBe(before + 1)
  expect((await whoami(cookie)).status).toBe(200)
  expect(renewals).toBe(before + 1)
  await server.sql.run(checkNow, [])
  wrong = { status: 400, body: { error: 'invalid_grant' } }
  expect((await whoami(cookie)).status).toBe(401)
  wrong = {}
  expect((await whoami(cookie)).status).toBe(401)
})

test.each([
  ['does not respond', 503],
  ['limits requests', 429],
])('a session of the console survives an issuer that %s until its token expires', async (_, status) => {
  const cookie = await signIn()
  await server.sql.run(checkNow, [])
  wrong = { status }
  await server.sql.run(endTokensSoon, [])
  expect((await whoami(cookie)).status).toBe(200)
  // The next check is not later than the end of the token.
  await sleep(2_000)
  expect((await whoami(cookie)).status).toBe(503)
  wrong = {}
  expect((await whoami(cookie)).status).toBe(200)
})

test('a renewal that names another user ends the session of the console', async () => {
  const cookie = await signIn()
  await server.sql.run(checkNow, [])
  wrong = { accessToken: { sub: 'u2' } }
  expect((await whoami(cookie)).status).toBe(401)
})

test.each([
  ['the user', { sub: 'u1' }],
  ['only the session at the issuer', { sid: 's1' }],
])(
  'a back-channel logout that names %s ends the session of the console, and is audited',
  async (_, names) => {
    const cookie = await signIn()
    const logouts = statement('count_logouts', `select principal from audit where operation = 'logOut'`)
    const before = (await server.sql.run(logouts, [])).length
    const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }
    const token = await issuer.sign({ aud: 'console', events, ...names }, { header: { typ: 'logout+jwt' } })
    const sent = await fetch(`${server.url}/oauth/backchannel-logout`, {
      method: 'POST',
      body: new URLSearchParams({ logout_token: token }),
    })
    expect(sent.status).toBe(200)
    expect((await whoami(cookie)).status).toBe(401)
    expect(await server.sql.run(logouts, [])).toHaveLength(before + 1)
  },
)
