import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { type Claims, inSeconds, type JwtKey, makeKey, signJwt } from './jwt.ts'

/** Identity provider for tests on the loopback interface, which serves its metadata and its public keys over HTTP. */
export interface Issuer extends AsyncDisposable {
  /** Issuer identifier, which is the claim `iss` of its tokens. The metadata is below this URL. */
  readonly issuer: string
  /** Key with which the issuer currently signs tokens. */
  readonly key: JwtKey
  /** Number of requests that the issuer received. */
  readonly asked: number
  /** Signs a token. Adds `iss`, `iat`, `exp` (300 s after `iat`) and `jti` if the claims do not contain them. */
  sign(claims: Claims, header?: Claims): string
  /** Issues an opaque token. The server learns its claims by token introspection (RFC 7662). */
  opaque(claims: Claims): string
  /** Revokes a token, so that introspection reports it as inactive. */
  revoke(token: string): void
  /** Replaces the signing key. The previous keys stay published unless `forget` is set. */
  rotate(options?: { readonly forget?: boolean }): void
}

interface Response {
  readonly status: number
  readonly body: unknown
}

/** Id and secret of the client that may use the introspection endpoint. */
export const introspecting = { id: 'lake', secret: 'introspection-secret' } as const

export async function startIssuer(): Promise<Issuer> {
  let keys: readonly JwtKey[] = [makeKey()]
  let asked = 0
  const newest = (): JwtKey => keys.at(-1) ?? makeKey()
  const opaque = new Map<string, Claims>()
  function respond({ url, headers }: IncomingMessage, body: string): Response {
    if (url === '/jwks') return { status: 200, body: { keys: keys.map(({ jwk }) => jwk) } }
    if (url !== '/introspect') {
      const [jwks_uri, introspection_endpoint] = [`${issuer}/jwks`, `${issuer}/introspect`]
      const metadata = { issuer, jwks_uri, introspection_endpoint, token_endpoint: `${issuer}/token` }
      return { status: 200, body: metadata }
    }
    const proof = Buffer.from(`${introspecting.id}:${introspecting.secret}`).toString('base64')
    if (headers.authorization !== `Basic ${proof}`) return { status: 401, body: { error: 'invalid_client' } }
    const claims = opaque.get(new URLSearchParams(body).get('token') ?? '')
    return { status: 200, body: claims === undefined ? { active: false } : { active: true, ...claims } }
  }
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    asked += 1
    const { status, body } = respond(request, await text(request))
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
  const server = createServer((request, response) => void serve(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    issuer,
    get key() {
      return newest()
    },
    get asked() {
      return asked
    },
    sign(claims, header = {}) {
      const usual = { iss: issuer, iat: inSeconds(0), exp: inSeconds(300), jti: randomUUID() }
      return signJwt(newest(), { ...usual, ...claims }, { typ: 'at+jwt', ...header })
    },
    opaque(claims) {
      const token = randomUUID()
      opaque.set(token, { iss: issuer, iat: inSeconds(0), exp: inSeconds(300), ...claims })
      return token
    },
    revoke(token) {
      opaque.delete(token)
    },
    rotate({ forget = false } = {}) {
      keys = forget ? [makeKey()] : [...keys, makeKey()]
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
