import { hash } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import { type CallerCache, callerKey, type CallerKey, callerCache } from '../../cache.ts'
import { findEngineOfParty } from '../../store/engines.ts'
import type { Queryable } from '../../store/sql.ts'
import type { ExternalIdentities, ExternalParty, VerifiedExternal } from '../external.ts'
import type { ProvenIdentity, Principal } from '../../proven-identity.ts'

export interface ExternalBearerOptions extends ExternalIdentities {
  readonly sql: Queryable
  /**
   * Returns an object that is replaced when principals or engines may have changed. Cache entries with an earlier
   * object are invalid.
   */
  readonly mark: () => object
  /** Maximum number of cached tokens. Default 10 000. */
  readonly maxCached?: number
  /** Returns the time in epoch ms. Tests replace it. */
  readonly now?: () => number
}

interface CachedIdentity {
  readonly identity: ProvenIdentity
  readonly until: number
  readonly mark: object
}

/**
 * Time in ms after which a cached token, its principal and its engine are resolved again. Rights are decided
 * for each request.
 */
const ageMs = 30_000

/** Resolves bearer tokens of other issuers: the principal, and the engine that the token names as actor. */
export class ExternalBearer {
  readonly #options: ExternalBearerOptions
  readonly #now: () => number
  readonly #cached: CallerCache<CachedIdentity>

  constructor(options: ExternalBearerOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
    this.#cached = callerCache({ max: options.maxCached ?? 10_000 })
  }

  /** Returns the identity of a cached token. Null: the token is not cached, and must be verified. */
  known(token: string): ProvenIdentity | null {
    const known = this.#cached.get(digestToken(token))
    if (known === undefined || known.mark !== this.#options.mark()) return null
    return this.#now() < known.until ? known.identity : null
  }

  /**
   * Verifies a bearer token of another issuer. Returns the identity of its principal.
   *
   * @throws HeadgateError `unauthenticated` for a refused token, with the reason in `cause`; `unavailable` when the
   * issuer does not respond
   */
  async verify(token: string): Promise<ProvenIdentity> {
    const verification = await this.#options.tokens.verify(token, 'bearer')
    if (!verification.ok)
      throw refused(
        `The access token is not valid: ${verification.message}`,
        `${verification.reason}: ${verification.message}`,
      )
    const { value } = verification
    // The mark is read before the look-up, so that a change during the look-up invalidates the cache entry.
    const mark = this.#options.mark()
    const actors = value.actor === null ? [] : [await this.#engine(value, value.actor)]
    const { id, issuer, subject, name } = await this.#options.principals.of(value)
    const now = this.#now()
    const issuedAt = Math.min(value.issuedAt, now)
    const identity: ProvenIdentity = {
      principal: { id, issuer, subject, name },
      actors,
      method: 'external-token',
      expiresAt: value.expiresAt,
      issuedAt,
      authTime: Math.min(value.authTime ?? issuedAt, issuedAt),
    }
    const until = Math.min(verification.goodUntil ?? 0, now + ageMs)
    if (until > now) this.#cached.set(digestToken(token), { identity, until, mark })
    return identity
  }

  /**
   * Finds the engine that a token names as its actor. Other actors are refused: the server has no limits for
   * them.
   */
  async #engine({ mayAct }: VerifiedExternal, actor: ExternalParty): Promise<Principal> {
    if (mayAct !== null && (mayAct.issuer !== actor.issuer || mayAct.subject !== actor.subject))
      throw refused(
        'The actor of the token is not the party that may act for its subject (claim may_act).',
        'may_act',
      )
    const engine = await findEngineOfParty(this.#options.sql, actor.issuer, actor.subject)
    if (engine === null) {
      throw refused(
        'The actor of the token is not an engine of this server. Register it as an engine (headgate engine add), or register its subject for an engine (headgate principal federation add).',
        'unknown actor',
      )
    }
    const { id, issuer, subject, name } = engine
    return { id, issuer, subject, name }
  }
}

/** Returns the cache key of a token: its digest, so that the cache contains no usable token. */
function digestToken(token: string): CallerKey {
  return callerKey(hash('sha256', token, 'base64'))
}

function refused(message: string, reason: string): HeadgateError {
  return new HeadgateError('unauthenticated', message, {
    cause: new Error(`access token refused: ${reason}`),
  })
}
