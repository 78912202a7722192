import { request } from 'node:http'
import type { Check } from '../lib/run-checks.ts'
import { demand } from '../lib/outcome.ts'
import { must } from './api.ts'
import type { Fixture } from './fixture.ts'

/** Response, with its headers as they were sent. */
export interface Raw {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

interface RawRequest {
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Sends a request with exactly the given headers and path, which `fetch` would change. */
export function sendRaw(
  { server }: Fixture,
  { method = 'GET', path, headers = {}, body }: RawRequest,
): Promise<Raw> {
  const { hostname, port } = new URL(server.origin)
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers, timeout: 20_000 }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const ownPage = { 'sec-fetch-site': 'same-origin' }
const json = { 'content-type': 'application/json' }

async function signInRaw(fixture: Fixture): Promise<string> {
  const [clientId, clientSecret] = fixture.users.bob.split(':')
  const response = await sendRaw(fixture, {
    method: 'POST',
    path: '/console/session',
    headers: { ...ownPage, ...json },
    body: JSON.stringify({ clientId, clientSecret }),
  })
  const [cookie = ''] = response.headers['set-cookie'] ?? []
  return cookie.split(';')[0] ?? ''
}

/**
 * Returns combinations of request headers that a browser would send for pages of other origins, or that an attacker
 * would forge.
 */
function foreignHeaders(origin: string): readonly Readonly<Record<string, string>>[] {
  const host = new URL(origin).host
  const origins = [
    'https://evil.example',
    'null',
    `${origin}.evil.example`,
    `http://evil@${host}`,
    origin.replace(/:\d+$/, ':1'),
    origin.replace('127.0.0.1', 'localhost'),
    `${origin}/`,
    origin.toUpperCase(),
    '',
  ]
  const sites = ['cross-site', 'same-site', 'none', '', 'SAME-ORIGIN', 'same-origin, cross-site']
  return [
    {},
    ...origins.map((value) => ({ origin: value })),
    ...origins.map((value) => ({ origin: value, ...ownPage })),
    ...sites.map((site) => ({ 'sec-fetch-site': site })),
    ...sites.map((site) => ({ 'sec-fetch-site': site, origin })),
  ]
}

const whoami = '/console/api/management/v1/whoami'

/** Checks that the server refuses requests of other origins and other forged requests to the console. */
export const requestAttacks: readonly Check<Fixture>[] = [
  {
    name: 'origins',
    about: 'no request for a page of another origin reads, changes or signs in',
    async run(fixture) {
      const cookie = await signInRaw(fixture)
      const [clientId, clientSecret] = fixture.users.bob.split(':')
      const body = JSON.stringify({ clientId, clientSecret })
      let count = 0
      for (const headers of foreignHeaders(fixture.server.origin))
        for (const sent of [
          { path: whoami, headers: { ...headers, cookie } },
          {
            method: 'POST',
            path: '/console/api/management/v1/console-codes',
            headers: { ...headers, cookie },
          },
          { method: 'DELETE', path: '/console/session', headers: { ...headers, cookie } },
          { method: 'POST', path: '/console/session', headers: { ...headers, ...json }, body },
        ]) {
          const { status } = await sendRaw(fixture, sent)
          demand(status === 403, `${status} for ${JSON.stringify(sent)}`)
          count += 1
        }
      const { status } = await sendRaw(fixture, { path: whoami, headers: { ...ownPage, cookie } })
      demand(status === 200, 'the session of the own page ended')
      return `${count} requests`
    },
  },
  {
    name: 'cookie-elsewhere',
    about: 'the cookie authenticates no request outside of /console, in no spelling of a path',
    async run(fixture) {
      const cookie = await signInRaw(fixture)
      const targets = ['management/v1/whoami', 'v1/config?warehouse=lakehouse', 'lance/v1/namespace/$/list']
      const prefixes = [
        '/',
        '//',
        '/./',
        '/console/../',
        '/console/api/../../',
        '/console/api/..%2f..%2f',
        '/console%2fapi/',
      ]
      let count = 0
      for (const target of targets)
        for (const prefix of prefixes)
          for (const extra of [ownPage, { ...ownPage, origin: fixture.server.origin }]) {
            const path = prefix + target
            const { status, body } = await sendRaw(fixture, { path, headers: { ...extra, cookie } })
            demand(status >= 400, `${status} for ${path}: ${body.slice(0, 100)}`)
            count += 1
          }
      return `${count} requests`
    },
  },
  {
    name: 'operations',
    about:
      'the console cannot call operations that issue tokens or storage credentials, or change the catalog',
    async run(fixture) {
      const cookie = await signInRaw(fixture)
      const table = '/console/api/v1/lakehouse/namespaces/sales/tables/orders'
      const tries: readonly RawRequest[] = [
        { path: `${table}/credentials` },
        { method: 'POST', path: table, body: '{"requirements":[],"updates":[]}' },
        { method: 'DELETE', path: table },
        { method: 'POST', path: `${table}/metrics`, body: '{}' },
        { method: 'POST', path: '/console/api/v1/lakehouse/namespaces', body: '{"namespace":["x"]}' },
        { method: 'POST', path: '/console/api/oauth/token', body: 'grant_type=client_credentials' },
        { path: '/console/api/metrics' },
        { path: '/console/api/health/ready' },
        { path: '/console/api/openapi.json' },
        { path: '/console/api/console/session' },
        { path: '/console/api/console/api/management/v1/whoami' },
      ]
      for (const each of tries) {
        const { status } = await sendRaw(fixture, { ...each, headers: { ...ownPage, ...json, cookie } })
        demand([403, 404, 405].includes(status), `${status} for ${each.method ?? 'GET'} ${each.path}`)
      }
      const headers = {
        ...ownPage,
        cookie: await signInAdmin(fixture),
        'x-iceberg-access-delegation': 'vended-credentials',
      }
      const { status, body } = await sendRaw(fixture, { path: table, headers })
      demand(status === 200 && !/secret|session-token|refresh/.test(body), `storage credentials: ${status}`)
      return `${tries.length + 1} requests`
    },
  },
  {
    name: 'cookies',
    about: 'forged, changed, repeated and ended cookies are refused',
    async run(fixture) {
      const cookie = await signInRaw(fixture)
      const [name = '', secret = ''] = cookie.split('=')
      const changed = (secret.startsWith('A') ? 'B' : 'A') + secret.slice(1)
      const forged = [
        '',
        'x',
        changed,
        secret.slice(1),
        `${secret}A`,
        `"${secret}"`,
        encodeURIComponent(`${secret}=`),
        'A'.repeat(43),
        "' or 1=1 --",
        'A'.repeat(8_000),
      ]
      const cookies = [
        ...forged.map((value) => `${name}=${value}`),
        `${name.toUpperCase()}=${secret}`,
        `__Host-headgate=${secret}`,
        `${name}x=${secret}`,
        `${name}=x; ${name}=${secret}`,
      ]
      for (const value of cookies) {
        const { status } = await sendRaw(fixture, { path: whoami, headers: { ...ownPage, cookie: value } })
        demand(status === 401 || status === 431, `${status} for the cookie ${value.slice(0, 80)}`)
      }
      await sendRaw(fixture, { method: 'DELETE', path: '/console/session', headers: { ...ownPage, cookie } })
      const { status } = await sendRaw(fixture, { path: whoami, headers: { ...ownPage, cookie } })
      demand(status === 401, `${status} for an ended session`)
      return `${cookies.length + 1} cookies`
    },
  },
  {
    name: 'codes',
    about: 'of 50 simultaneous uses of a code one succeeds, and guessed codes fail',
    async run(fixture) {
      const { code } = (await must(fixture.admin('POST', '/management/v1/console-codes'))) as {
        readonly code: string
      }
      const use = (value: string): Promise<Raw> =>
        sendRaw(fixture, {
          method: 'POST',
          path: '/console/session',
          headers: { ...ownPage, ...json },
          body: JSON.stringify({ code: value }),
        })
      const uses = await Promise.all(Array.from({ length: 50 }, () => use(code)))
      demand(uses.filter(({ status }) => status === 204).length === 1, 'a code was used several times')
      for (const guess of ['', code.toLowerCase(), `${code} `, code.slice(1), '%00', 'A'.repeat(43)]) {
        const { status } = await use(guess)
        demand(status >= 400 && status < 500, `${status} for the code ${guess}`)
      }
      return undefined
    },
  },
  {
    name: 'files',
    about:
      'no path leaves the files of the page, and every response forbids frames, sniffing and foreign scripts',
    async run(fixture) {
      const below = [
        '../package.json',
        '..%2fpackage.json',
        '%2e%2e/package.json',
        '..\\package.json',
        'assets/../../package.json',
        'assets/%2e%2e%2findex.html',
        'assets//etc/passwd',
        'index.html%00.js',
        'assets/.env',
      ]
      for (const path of below) {
        const { status, body } = await sendRaw(fixture, { path: `/console/${path}` })
        demand(status >= 400 || body.includes('<div id="app">'), `${status} for ${path}`)
        demand(!body.includes('"name"') && !body.includes('root:'), `${path} shows a file`)
      }
      for (const path of ['/console/', '/console/audit', '/console/enter', '/console/<script>']) {
        const { headers } = await sendRaw(fixture, { path: encodeURI(path) })
        const csp = String(headers['content-security-policy'])
        for (const part of [
          "default-src 'none'",
          "frame-ancestors 'none'",
          "base-uri 'none'",
          "form-action 'self'",
          "require-trusted-types-for 'script'",
        ])
          demand(csp.includes(part), `${path} lacks ${part}`)
        demand(!/unsafe|\*|http:/.test(csp), csp)
        demand(headers['x-content-type-options'] === 'nosniff', `${path} lacks nosniff`)
        demand(headers['access-control-allow-origin'] === undefined, `${path} allows other origins`)
      }
      const cookie = await signInRaw(fixture)
      const { headers } = await sendRaw(fixture, { path: whoami, headers: { ...ownPage, cookie } })
      demand(headers['cache-control'] === 'no-store', 'responses of the API may be cached')
      return `${below.length} paths`
    },
  },
]

async function signInAdmin(fixture: Fixture): Promise<string> {
  return signInRaw({ ...fixture, users: { ...fixture.users, bob: fixture.server.adminCredential } })
}
