import { DPoP, generateKeyPair, type DPoPHandle } from 'oauth4webapi'
import { type HttpRequest, type ResponseHead, withHeaders } from '@headgate/http'
import type { AuthProvider } from '../auth-provider.ts'
import type { Memoized } from '../memoize.ts'
import type { Provenance } from '../provenance.ts'
import { tokenAuth } from '../token-auth.ts'
import type { Token } from '../token.ts'
import { clientOf } from './token-client.ts'
import { base64Url, signJwt, utf8 } from './sign-jwt.ts'

/** A key that tokens are bound to: it lives as long as the session, and leaves it never. */
export interface DpopKey {
  /** Proofs for the authorization server, with its nonces. */
  readonly handle: DPoPHandle
  /** A proof for a request to the catalog (RFC 9449 section 4). */
  proof(request: HttpRequest, token: string, nonce: string | undefined): Promise<string>
}

/** A new key. The library keeps its proofs to requests that it sends itself; those to the catalog are ours. */
export async function dpopKey(algorithm: string, now: () => number): Promise<DpopKey> {
  const pair = await generateKeyPair(algorithm)
  const { kty, e, n, x, y, crv } = await crypto.subtle.exportKey('jwk', pair.publicKey)
  const jwk = Object.fromEntries(
    Object.entries({ kty, e, n, x, y, crv }).filter(([, part]) => part !== undefined),
  )
  return {
    handle: DPoP(clientOf(undefined, now), pair),
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

/** Servers whose nonces are remembered: a session talks to one catalog, and to few others. */
const MAX_NONCES = 100

/** Sends a token with a proof that the key is here, and once more when the catalog wants its nonce in it. */
export function dpopAuth<T extends Token>(
  tokens: Memoized<T>,
  key: DpopKey,
  provenance: Provenance,
): AuthProvider {
  const inner = tokenAuth(tokens, { scheme: 'DPoP', provenance })
  const nonces = new Map<string, string>()
  const sent = new WeakMap<HttpRequest, HttpRequest>()
  /** Whether the response brought a nonce that the request did not have. */
  const remember = (response: ResponseHead, origin: string): boolean => {
    const nonce = response.headers.get('dpop-nonce')
    if (nonce === null || !/^[\x21\x23-\x5b\x5d-\x7e]{1,1024}$/.test(nonce)) return false
    const isNew = nonces.get(origin) !== nonce
    nonces.delete(origin)
    nonces.set(origin, nonce)
    const [oldest] = nonces.keys()
    if (nonces.size > MAX_NONCES && oldest !== undefined) nonces.delete(oldest)
    return isNew
  }
  return {
    ...inner,
    authenticate: async (request, wait) => {
      const withToken = await inner.authenticate(request, wait)
      const { value } = await tokens.get(wait)
      const proof = await key.proof(request, value.reveal(), nonces.get(new URL(request.url).origin))
      const proven = {
        ...withToken,
        headers: withHeaders(withToken.headers, [
          ['Authorization', `DPoP ${value.reveal()}`],
          ['DPoP', proof],
        ]),
      }
      sent.set(proven, withToken)
      return proven
    },
    onResponse: async (response, request, wait) => {
      const withToken = sent.get(request)
      if (withToken === undefined) return undefined
      remember(response, new URL(request.url).origin)
      // Another request may have brought the nonce already: the second try takes whichever is there.
      if (response.status === 401 && wantsNonce(response)) return 'retry'
      return await inner.onResponse?.(response, withToken, wait)
    },
    setsHeaders: ['authorization', 'dpop'],
  }
}

/** RFC 9449 section 9. */
function wantsNonce({ headers }: ResponseHead): boolean {
  const challenge = headers.get('www-authenticate') ?? ''
  return headers.get('dpop-nonce') !== null && /\bDPoP\b/i.test(challenge) && /use_dpop_nonce/.test(challenge)
}
