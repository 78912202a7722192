import type { Fetch } from '@headgate/http'
import { startHttpServer } from '@headgate/testkit'

/** A request to Google, without headers that only identify the SDK. */
export interface GoogleCall {
  readonly method: string
  /** Original host and path: `sts.googleapis.com/v1/token`. */
  readonly to: string
  readonly query: Readonly<Record<string, string>>
  readonly authorization: string | undefined
  readonly flavor: string | undefined
  readonly body: unknown
}

export interface TestGoogle extends AsyncDisposable {
  readonly calls: GoogleCall[]
  /** A `fetch` that sends requests for Google's endpoints to the server on loopback. */
  readonly fetch: Fetch
  /** Host and port of the server, for the address of a metadata server. */
  readonly host: string
}

export const ID_TOKEN: string = `e30.${btoa('{"exp":4000000000}')}.x`

const responses: Readonly<Record<string, (call: GoogleCall) => object | string>> = {
  'oauth2.googleapis.com/token': ({ body }) =>
    JSON.stringify(body).includes('target_audience') ? { id_token: ID_TOKEN } : bearer('own'),
  'sts.googleapis.com/v1/token': () => ({
    ...bearer('federated'),
    issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  }),
  'sts.googleapis.com/v1/oauthtoken': () => bearer('workforce'),
  token: () => bearer('machine'),
  identity: () => 'id.of.machine',
  generateAccessToken: () => ({ accessToken: 'impersonated', expireTime: '2099-01-01T00:00:00Z' }),
  generateIdToken: () => ({ token: 'id.of.impersonated' }),
}

function bearer(access_token: string): object {
  return { access_token, token_type: 'Bearer', expires_in: 3599 }
}

/** Starts a server on loopback that responds as Google documents its endpoints. */
export async function testGoogle(): Promise<TestGoogle> {
  const calls: GoogleCall[] = []
  const server = await startHttpServer((request, response) => {
    const url = new URL(request.target, 'http://metadata')
    const host = request.headers['x-original-host']
    const text = request.body.toString()
    const json = text.startsWith('{')
    const call: GoogleCall = {
      method: request.method,
      to: `${String(host ?? 'metadata')}${url.pathname}`,
      query: Object.fromEntries(url.searchParams),
      authorization: request.headers.authorization,
      flavor: request.headers['metadata-flavor'] as string | undefined,
      body: json ? JSON.parse(text) : decodeForm(Object.fromEntries(new URLSearchParams(text))),
    }
    calls.push(call)
    const respond = responses[call.to] ?? responses[call.to.split(/[/:]/).at(-1) ?? '']
    const body = respond?.(call) ?? { error: 'not_found' }
    response.writeHead(respond === undefined ? 404 : 200, {
      'metadata-flavor': 'Google',
      'content-type': typeof body === 'string' ? 'text/html' : 'application/json',
    })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  return {
    calls,
    host: new URL(server.url).host,
    fetch: async (target, init) => {
      const url = new URL(target)
      if (url.protocol === 'http:') return await fetch(target, init)
      const headers = new Headers(init.headers)
      headers.set('x-original-host', url.host)
      return await fetch(`${server.url}${url.pathname}${url.search}`, { ...init, headers })
    },
    [Symbol.asyncDispose]: async () => await server[Symbol.asyncDispose](),
  }
}

/**
 * Replaces the signed assertion in a form by its claims. Converts the times in the claims to relative times, so that
 * two assertions are comparable.
 */
function decodeForm(form: Record<string, string>): Record<string, unknown> {
  const { assertion, ...rest } = form
  if (assertion === undefined) return form
  const [header, claims] = assertion
    .split('.', 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()))
  return { ...rest, alg: header.alg, claims: { ...claims, iat: 0, exp: claims.exp - claims.iat } }
}
