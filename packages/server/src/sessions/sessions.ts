import { hash } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import { decodeJwt, errors } from 'jose'
import { type CallerCache, callerKey, type CallerKey, callerCache } from '../cache.ts'
import type { ProvenIdentity } from '../proven-identity.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import {
  maxTokenLength,
  type MintedToken,
  mintSessionToken,
  type NewSession,
  type TokenRefusal,
  type TokenSettings,
  type VerifiedToken,
  verifySessionToken,
} from './session-token.ts'

export interface SessionsOptions extends TokenSettings {
  readonly ring: KeyRing
  /** Maximum number of verified tokens in the cache. Default 10 000. */
  readonly maxCached?: number
  /** Returns the current time in epoch ms. Tests replace it. */
  readonly now?: () => number
}

interface CachedToken extends VerifiedToken {
  readonly generation: number
}

/**
 * Mints and verifies the tokens of this server. The verification of a cached token needs only one digest and one
 * look-up.
 */
export class Sessions {
  readonly #options: SessionsOptions
  readonly #ring: KeyRing
  readonly #now: () => number
  readonly #cached: CallerCache<CachedToken>

  constructor(options: SessionsOptions) {
    this.#options = options
    this.#ring = options.ring
    this.#now = options.now ?? Date.now
    this.#cached = callerCache({ max: options.maxCached ?? 10_000 })
  }

  get settings(): TokenSettings {
    return this.#options
  }

  /** Mints a token for an authenticated identity. The caller checks that the principal may receive the token. */
  mint(session: NewSession): Promise<MintedToken> {
    return mintSessionToken(this.#ring.signing('session-token'), this.#options, session, this.#now())
  }

  /**
   * Returns the identity of a cached token that has not expired and whose key is still in the key ring. Returns null
   * for any other token, which the caller must pass to `verify`.
   */
  known(token: string): ProvenIdentity | null {
    return token.length > maxTokenLength ? null : this.#known(digestToken(token))
  }

  #known(digest: CallerKey): ProvenIdentity | null {
    const known = this.#cached.get(digest)
    if (known && known.generation === this.#ring.generation && this.#now() < known.expiresAt)
      return known.identity
    return null
  }

  /**
   * Returns the identity of a token. Returns it synchronously for a cached token that has not expired and whose key
   * is still in the key ring. Throws `unauthenticated` for an invalid token. The `cause` of the error contains the
   * reason for the log, and the message does not contain it.
   */
  verify(token: string): ProvenIdentity | Promise<ProvenIdentity> {
    if (token.length > maxTokenLength) throw refused('too long')
    const digest = digestToken(token)
    return this.#known(digest) ?? this.#verify(token, digest)
  }

  /**
   * Returns the identity of a token of this server, even if the token has expired. Verifies all other properties of
   * the token, and returns null when this server did not issue it. The result does not authenticate the caller: it
   * only identifies the session that an authenticated client requests to renew.
   */
  async recognize(token: string): Promise<ProvenIdentity | null> {
    const end = readEnd(token)
    if (end === null) return null
    const at = Math.min(this.#now(), end - 1)
    const result = await verifySessionToken(this.#ring, this.#options, token, at)
    return result.ok ? result.value.identity : null
  }

  async #verify(token: string, digest: CallerKey): Promise<ProvenIdentity> {
    // Reads the version of the key ring before the key, so that a change of the key ring during the verification
    // invalidates the cache entry.
    const generation = this.#ring.generation
    const result = await verifySessionToken(this.#ring, this.#options, token, this.#now())
    if (!result.ok) {
      this.#cached.delete(digest)
      throw refused(result.reason)
    }
    this.#cached.set(digest, { ...result.value, generation })
    return result.value.identity
  }
}

/**
 * Returns the digest of a token. The cache uses the digest as its key, so that memory dumps and heap snapshots do not
 * contain valid tokens.
 */
function digestToken(token: string): CallerKey {
  return callerKey(hash('sha256', token, 'base64'))
}

/** Returns the unverified claim `exp` of a token in epoch ms, or null. */
function readEnd(token: string): number | null {
  if (token.length > maxTokenLength) return null
  try {
    const { exp } = decodeJwt(token)
    return typeof exp === 'number' ? exp * 1000 : null
  } catch (error) {
    if (error instanceof errors.JOSEError) return null
    throw error
  }
}

function refused(reason: TokenRefusal): HeadgateError {
  const message =
    reason === 'expired'
      ? 'The access token has expired: get a new one from the token endpoint.'
      : 'The access token is not a valid token of this server: get a token from the token endpoint of this server.'
  return new HeadgateError('unauthenticated', message, {
    cause: new Error(`access token refused: ${reason}`),
  })
}
