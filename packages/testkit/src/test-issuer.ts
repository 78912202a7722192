import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import {
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
  type CryptoKey,
} from 'jose'

/** A signing key of a `TestIssuer`. */
export interface IssuerKey {
  readonly kid: string
  readonly alg: string
  readonly privateKey: CryptoKey
  readonly publicJwk: JWK
}

export interface SignOptions {
  /** Added to or put in place of the header's own. */
  readonly header?: Partial<JWTHeaderParameters>
  /** Another key than the newest. */
  readonly key?: IssuerKey
  /** The issuer's clock, in epoch ms. Default: now. */
  readonly now?: number
}

/**
 * An issuer of tokens on the loopback interface: real keys, real signatures, its metadata and keys over HTTP.
 *
 * @example
 * ```ts
 * await using issuer = await startTestIssuer()
 * const token = await issuer.sign({ sub: 'alice', aud: 'https://catalog.example' })
 * ```
 */
export interface TestIssuer extends AsyncDisposable {
  /** `iss`, and where the metadata is: `/.well-known/openid-configuration` below it. */
  readonly issuer: string
  readonly jwksUri: string
  /** How often its keys were asked for. */
  readonly keyReads: number
  /** The newest key, which signs. */
  readonly key: IssuerKey
  /**
   * Signs claims; `iss`, `iat`, `exp` (in 300 s) and `jti` are put in where they are missing, and a claim that is
   * `undefined` is left out.
   */
  sign(claims: JWTPayload, options?: SignOptions): Promise<string>
  /** Makes a new key, which signs from now on; the old ones stay published unless `forget`. */
  rotate(options?: { readonly forget?: boolean; readonly alg?: string }): Promise<IssuerKey>
  /** Answers every request with this status instead; null: as usual. */
  failWith(status: number | null): void
}

/** Makes a key that can sign; nobody publishes it. */
export async function makeIssuerKey(alg = 'ES256', kid: string = randomUUID()): Promise<IssuerKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  return { kid, alg, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } }
}

export async function startTestIssuer(options: { readonly alg?: string } = {}): Promise<TestIssuer> {
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
      send({ issuer, jwks_uri: jwksUri, token_endpoint: `${issuer}/token` })
    } else response.writeHead(404).end()
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the issuer has no port')
  const issuer = `http://127.0.0.1:${address.port}`
  const jwksUri = `${issuer}/jwks`
  const newest = (): IssuerKey => {
    const key = keys.at(-1)
    if (!key) throw new Error('the issuer has no key')
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
    async rotate({ forget = false, alg } = {}) {
      const key = await makeIssuerKey(alg ?? newest().alg)
      keys = forget ? [key] : [...keys, key]
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
