import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { type Claims, inSeconds, type JwtKey, makeKey, signJwt } from './jwt.ts'

/** An issuer of tokens on the loopback interface, with its metadata and keys over HTTP. */
export interface Issuer extends AsyncDisposable {
  /** Issuer identifier, the `iss` of its tokens. The metadata document is at a path below this URL. */
  readonly issuer: string
  /** The current key, with which the issuer signs tokens. */
  readonly key: JwtKey
  /** Number of requests that the issuer received. */
  readonly asked: number
  /** Signs a token. Adds missing `iss`, `iat`, `exp` (in 300 s) and `jti`. */
  sign(claims: Claims, header?: Claims): string
  /** Issues an opaque token, whose claims the issuer returns by introspection (RFC 7662). */
  opaque(claims: Claims): string
  /** Revokes a token: introspection reports it as inactive. */
  revoke(token: string): void
  /** Replaces the signing key. The former keys remain published unless `forget` is set. */
  rotate(options?: { readonly forget?: boolean }): void
}

interface Response {
  readonly status: number
  readonly body: unknown
}

/** Id and secret of the client that may use token introspection. */
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
