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
  /** Verified tokens in the cache. Default 10 000. */
  readonly maxRemembered?: number
  /** Epoch ms; for tests. */
  readonly now?: () => number
}

interface Remembered extends VerifiedToken {
  readonly generation: number
}

/** Mints and verifies the tokens of this server. A cached token costs one digest and one look-up. */
export class Sessions {
  readonly #options: SessionsOptions
  readonly #ring: KeyRing
  readonly #now: () => number
  readonly #remembered: CallerCache<Remembered>

  constructor(options: SessionsOptions) {
    this.#options = options
    this.#ring = options.ring
    this.#now = options.now ?? Date.now
    this.#remembered = callerCache({ max: options.maxRemembered ?? 10_000 })
  }

  get settings(): TokenSettings {
    return this.#options
  }

  /** Mints a token for a proven identity. The caller checks that the principal is entitled to it. */
  mint(session: NewSession): Promise<MintedToken> {
    return mintSessionToken(this.#ring.signing('session-token'), this.#options, session, this.#now())
  }

  /** Returns the identity of a cached token that has not expired and whose key is still in the ring. Null: verify it. */
  known(token: string): ProvenIdentity | null {
    return token.length > maxTokenLength ? null : this.#known(digestToken(token))
  }

  #known(digest: CallerKey): ProvenIdentity | null {
    const known = this.#remembered.get(digest)
    if (known && known.generation === this.#ring.generation && this.#now() < known.expiresAt)
      return known.identity
    return null
  }

  /**
   * Returns the identity of a token. Synchronous for a cached token that has not expired and whose key is still in the
   * ring. Throws `unauthenticated`; the reason is in `cause`, for the log, and not in the message.
   */
  verify(token: string): ProvenIdentity | Promise<ProvenIdentity> {
    if (token.length > maxTokenLength) throw refused('too long')
    const digest = digestToken(token)
    return this.#known(digest) ?? this.#verify(token, digest)
  }

  /**
   * Returns the identity of a token that may have expired; everything else is verified. Null: this server did not issue it.
   * The token proves nothing, but names the session that a client wants to renew after another proof.
   */
  async recognize(token: string): Promise<ProvenIdentity | null> {
    const end = readEnd(token)
    if (end === null) return null
    const at = Math.min(this.#now(), end - 1)
    const result = await verifySessionToken(this.#ring, this.#options, token, at)
    return result.ok ? result.value.identity : null
  }

  async #verify(token: string, digest: CallerKey): Promise<ProvenIdentity> {
    // Read before the key: a change of the ring in between invalidates the entry at once.
    const generation = this.#ring.generation
    const result = await verifySessionToken(this.#ring, this.#options, token, this.#now())
    if (!result.ok) {
      this.#remembered.delete(digest)
      throw refused(result.reason)
    }
    this.#remembered.set(digest, { ...result.value, generation })
    return result.value.identity
  }
}

/** Returns the digest of a token. As the cache key, it keeps usable tokens out of memory dumps and heap snapshots. */
function digestToken(token: string): CallerKey {
  return callerKey(hash('sha256', token, 'base64'))
}

/** Returns `exp` as the token claims it, in epoch ms. */
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
      : 'The access token is not a valid token of this server: get one from its token endpoint.'
  return new HeadgateError('unauthenticated', message, {
    cause: new Error(`access token refused: ${reason}`),
  })
}
