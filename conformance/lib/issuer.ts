import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Claims, inSeconds, type JwtKey, makeKey, signJwt } from './jwt.ts'

/** An issuer of tokens on the loopback interface, with its metadata and keys over HTTP. */
export interface Issuer extends AsyncDisposable {
  /** `iss`; its metadata are below. */
  readonly issuer: string
  /** The newest key, which signs. */
  readonly key: JwtKey
  /** How often it was asked for anything. */
  readonly asked: number
  /** Signs; `iss`, `iat`, `exp` (in 300 s) and `jti` are put in where they are missing. */
  sign(claims: Claims, header?: Claims): string
  /** Signs with another key from now on; the old ones stay published unless `forget`. */
  rotate(options?: { readonly forget?: boolean }): void
}

export async function startIssuer(): Promise<Issuer> {
  let keys: readonly JwtKey[] = [makeKey()]
  let asked = 0
  const newest = (): JwtKey => keys.at(-1) ?? makeKey()
  const server = createServer((request, response) => {
    asked += 1
    const metadata = { issuer, jwks_uri: `${issuer}/jwks`, token_endpoint: `${issuer}/token` }
    const body = request.url === '/jwks' ? { keys: keys.map(({ jwk }) => jwk) } : metadata
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }).listen(0, '127.0.0.1')
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
    rotate({ forget = false } = {}) {
      keys = forget ? [makeKey()] : [...keys, makeKey()]
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
