import { hash } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import { decodeJwt, errors } from 'jose'
import { type CallerCache, callerKey, type CallerKey, callerCache } from '../cache.ts'
import type { Identity } from '../identity/identity.ts'
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
  /** Verified tokens that are remembered. Default 10 000. */
  readonly maxRemembered?: number
  /** Epoch ms; for tests. */
  readonly now?: () => number
}

interface Remembered extends VerifiedToken {
  readonly generation: number
}

/** Sessions of ours: mints tokens and says whose a token is. A token seen before costs one digest and one look-up. */
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

  /** Makes a token for an identity that was proven. The caller sees to it that the principal may have one. */
  mint(session: NewSession): Promise<MintedToken> {
    return mintSessionToken(this.#ring.signing('session-token'), this.#options, session, this.#now())
  }

  /** The identity of a token that was verified before, is not expired, and whose key is still in the ring; null: verify it. */
  known(token: string): Identity | null {
    return token.length > maxTokenLength ? null : this.#known(digestOf(token))
  }

  #known(digest: CallerKey): Identity | null {
    const known = this.#remembered.get(digest)
    if (known && known.generation === this.#ring.generation && this.#now() < known.expiresAt)
      return known.identity
    return null
  }

  /**
   * Whose token this is. Synchronous for a token that was verified before, is not expired, and whose key is still in
   * the ring. Throws `unauthenticated`; the reason is in `cause` for the log, not in the message.
   */
  verify(token: string): Identity | Promise<Identity> {
    if (token.length > maxTokenLength) throw refused('too long')
    const digest = digestOf(token)
    return this.#known(digest) ?? this.#verify(token, digest)
  }

  /**
   * Whose token this is or was: all is verified but its end. Null: no token of ours. It proves nothing by itself, but tells
   * what a client that proved itself in another way wants to renew.
   */
  async recognize(token: string): Promise<Identity | null> {
    const end = endOf(token)
    if (end === null) return null
    const at = Math.min(this.#now(), end - 1)
    const result = await verifySessionToken(this.#ring, this.#options, token, at)
    return result.ok ? result.value.identity : null
  }

  async #verify(token: string, digest: CallerKey): Promise<Identity> {
    // Read before the key is: when the ring changes meanwhile, the entry is void at once.
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

/** The digest is the key, so that a memory dump or a heap snapshot of the cache holds no usable token. */
function digestOf(token: string): CallerKey {
  return callerKey(hash('sha256', token, 'base64'))
}

/** `exp` as the token claims it, in epoch ms. */
function endOf(token: string): number | null {
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
