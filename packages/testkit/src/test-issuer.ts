import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import {
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
  type CryptoKey,
} from 'jose'

/** Signing key of a `TestIssuer`. */
export interface IssuerKey {
  readonly kid: string
  readonly alg: string
  readonly privateKey: CryptoKey
  readonly publicJwk: JWK
}

/** Options of {@link TestIssuer.sign}. */
export interface SignOptions {
  /** Fields that are added to the header of the token, or that replace fields of the header. */
  readonly header?: Partial<JWTHeaderParameters>
  /** Signing key. Default: the newest key. */
  readonly key?: IssuerKey
  /** Time at which the token is issued, in ms since the epoch. Default: now. */
  readonly now?: number
}

/**
 * Issuer of JSON Web Tokens for tests, on the loopback interface. It serves its OpenID Connect metadata and its public
 * keys over HTTP.
 *
 * @example
 * ```ts
 * await using issuer = await startTestIssuer()
 * const token = await issuer.sign({ sub: 'alice', aud: 'https://catalog.example' })
 * ```
 */
export interface TestIssuer extends AsyncDisposable {
  /**
   * URL of the issuer, which is the claim `iss` of its tokens. The metadata is at `/.well-known/openid-configuration`
   * below this URL.
   */
  readonly issuer: string
  /** URL of the JSON Web Key Set of the issuer. */
  readonly jwksUri: string
  /** Number of requests for the JSON Web Key Set since the start. */
  readonly keyReads: number
  /** Newest key, which signs tokens by default. */
  readonly key: IssuerKey
  /**
   * Signs a token. Adds `iss`, `iat`, `exp` (300 s after `iat`) and `jti` if the claims do not contain them. A claim that
   * is `undefined` is omitted.
   */
  sign(claims: JWTPayload, options?: SignOptions): Promise<string>
  /** Creates a new key, which signs the next tokens. Earlier keys stay published unless `unpublish` is true. */
  rotate(options?: { readonly unpublish?: boolean; readonly alg?: string }): Promise<IssuerKey>
  /** Makes the issuer respond to every request with the given HTTP status. Null restores normal responses. */
  failWith(status: number | null): void
}

/** Creates a signing key that no issuer publishes. */
export async function makeIssuerKey(alg = 'ES256', kid: string = randomUUID()): Promise<IssuerKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  return { kid, alg, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } }
}

/** Options of {@link startTestIssuer}. */
export interface TestIssuerOptions {
  readonly alg?: string
  /** Further members of the metadata. */
  readonly metadata?: Readonly<Record<string, unknown>>
  /** Answers requests to `/token`. Default: 404. */
  readonly token?: (form: URLSearchParams) => Promise<{ readonly status: number; readonly body: unknown }>
}

/** Starts an issuer on a free port of the loopback interface. */
export async function startTestIssuer(options: TestIssuerOptions = {}): Promise<TestIssuer> {
  let keys = [await makeIssuerKey(options.alg)]
  let failure: number | null = null
  let keyReads = 0
  const server = createServer((request, response) => {
    const send = (body: unknown): void => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    if (failure !== null) response.writeHead(failure).end()
    else if (request.url === '/jwks') {
      keyReads += 1
      send({ keys: keys.map(({ publicJwk }) => publicJwk) })
    } else if (request.url === '/.well-known/openid-configuration') {
      const endpoints = { authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token` }
      send({ issuer, jwks_uri: jwksUri, ...endpoints, ...options.metadata })
    } else if (request.url === '/token' && options.token !== undefined) {
      void respond(options.token, request, response)
    } else response.writeHead(404).end()
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string')
    throw new Error('The issuer does not listen on a TCP port.')
  const issuer = `http://127.0.0.1:${address.port}`
  const jwksUri = `${issuer}/jwks`
  const newest = (): IssuerKey => {
    const key = keys.at(-1)
    if (!key) throw new Error('The issuer has no key.')
    return key
  }
  return {
    issuer,
    jwksUri,
    get keyReads() {
      return keyReads
    },
    get key() {
      return newest()
    },
    sign(claims, { header = {}, key = newest(), now = Date.now() } = {}) {
      const iat = Math.floor(now / 1000)
      return new SignJWT({ iss: issuer, iat, exp: iat + 300, jti: randomUUID(), ...claims })
        .setProtectedHeader({ alg: key.alg, kid: key.kid, ...header })
        .sign(key.privateKey)
    },
    async rotate({ unpublish = false, alg } = {}) {
      const key = await makeIssuerKey(alg ?? newest().alg)
      keys = unpublish ? [key] : [...keys, key]
      return key
    },
    failWith(status) {
      failure = status
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function respond(
  token: NonNullable<TestIssuerOptions['token']>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const { status, body } = await token(new URLSearchParams(await text(request)))
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  } catch {
    response.destroy()
  }
}
