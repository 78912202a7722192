import { DPoP, generateKeyPair, type DPoPHandle } from 'oauth4webapi'
import { type HttpRequest, type ResponseHead, withHeaders } from '@headgate/http'
import type { AuthProvider } from '../auth-provider.ts'
import type { Memoized } from '../memoize.ts'
import type { Provenance } from '../provenance.ts'
import { tokenAuth } from '../token-auth.ts'
import type { Token } from '../token.ts'
import { toOAuthClient } from './token-client.ts'
import { base64Url, signJwt, utf8 } from './sign-jwt.ts'

/** DPoP key pair of a session, to which its tokens are bound (RFC 9449). The private key cannot be exported. */
export interface DpopKey {
  /** Creates the DPoP proofs for requests to the authorization server, and stores the nonces of this server. */
  readonly handle: DPoPHandle
  /** Creates a DPoP proof for a request to the catalog (RFC 9449 section 4). */
  proof(request: HttpRequest, token: string, nonce: string | undefined): Promise<string>
}

/**
 * Generates a DPoP key pair. The library oauth4webapi signs proofs only for its own requests, so this module signs
 * the proofs for requests to the catalog.
 */
export async function createDpopKey(algorithm: string, now: () => number): Promise<DpopKey> {
  const pair = await generateKeyPair(algorithm)
  const { kty, e, n, x, y, crv } = await crypto.subtle.exportKey('jwk', pair.publicKey)
  const jwk = Object.fromEntries(
    Object.entries({ kty, e, n, x, y, crv }).filter(([, part]) => part !== undefined),
  )
  return {
    handle: DPoP(toOAuthClient(undefined, now), pair),
    proof: async ({ method, url }, token, nonce) => {
      const target = new URL(url)
      const hash = await crypto.subtle.digest('SHA-256', utf8(token))
      const claims = {
        jti: crypto.randomUUID(),
        htm: method,
        htu: `${target.origin}${target.pathname}`,
        iat: Math.floor(now() / 1_000),
        ath: base64Url(new Uint8Array(hash)),
        ...(nonce === undefined ? {} : { nonce }),
      }
      return await signJwt({ typ: 'dpop+jwt', jwk }, claims, { algorithm, key: pair.privateKey })
    },
  }
}

/**
 * Maximum number of servers whose DPoP nonces are cached. A session sends requests to one catalog and to few other
 * servers.
 */
const MAX_NONCES = 100

/**
 * Creates a provider that sends a token with a DPoP proof. If the catalog requires a nonce in the proof, the provider
 * requests another attempt.
 */
export function dpopAuth<T extends Token>(
  tokens: Memoized<T>,
  key: DpopKey,
  provenance: Provenance,
): AuthProvider {
  const inner = tokenAuth(tokens, { scheme: 'DPoP', provenance })
  const nonces = new Map<string, string>()
  /** Maps each sent request to the same request without its proof, which the inner provider returned. */
  const requestsWithToken = new WeakMap<HttpRequest, HttpRequest>()
  const storeNonce = (response: ResponseHead, origin: string): void => {
    const nonce = response.headers.get('dpop-nonce')
    if (nonce === null || !/^[\x21\x23-\x5b\x5d-\x7e]{1,1024}$/.test(nonce)) return
    nonces.delete(origin)
    nonces.set(origin, nonce)
    const [oldest] = nonces.keys()
    if (nonces.size > MAX_NONCES && oldest !== undefined) nonces.delete(oldest)
  }
  return {
    ...inner,
    authenticate: async (request, wait) => {
      const withToken = await inner.authenticate(request, wait)
      const { value } = await tokens.get(wait)
      const proof = await key.proof(request, value.reveal(), nonces.get(new URL(request.url).origin))
      const withProof = {
        ...withToken,
        headers: withHeaders(withToken.headers, [
          ['Authorization', `DPoP ${value.reveal()}`],
          ['DPoP', proof],
        ]),
      }
      requestsWithToken.set(withProof, withToken)
      return withProof
    },
    onResponse: async (response, request, wait) => {
      const withToken = requestsWithToken.get(request)
      if (withToken === undefined) return undefined
      storeNonce(response, new URL(request.url).origin)
      // A retry is useful even if the nonce is already stored: the response to a concurrent request may have contained
      // the nonce after this request was sent.
      if (response.status === 401 && requiresNonce(response)) return 'retry'
      return await inner.onResponse?.(response, withToken, wait)
    },
    setsHeaders: ['authorization', 'dpop'],
  }
}

/** Returns whether a response requires a nonce in the DPoP proof (RFC 9449 section 9). */
function requiresNonce({ headers }: ResponseHead): boolean {
  const challenge = headers.get('www-authenticate') ?? ''
  return headers.get('dpop-nonce') !== null && /\bDPoP\b/i.test(challenge) && /use_dpop_nonce/.test(challenge)
}
