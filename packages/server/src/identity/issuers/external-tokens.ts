import { hash } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import { type CallerCache, callerKey, type CallerKey, callerCache } from '../../cache.ts'
import { SingleFlight } from '../../concurrency/single-flight.ts'
import type { ExternalPurpose, ExternalRefusal, ExternalTokens, ExternalVerification } from '../external.ts'
import { maxForeignTokenLength, peek, type Peeked } from '../peek.ts'
import { admitsOpaque, introspect } from './introspect.ts'
import type { IntrospectionSettings, Issuer } from './issuer.ts'
import { type IssuerKeys, issuerKeys } from './issuer-keys.ts'
import { accessAudiences, audiencesFor, isTypedAccess, classifyToken } from './token-kind.ts'
import { type Claims, readClaims } from './read-claims.ts'
import { verifyJwt } from './verify-jwt.ts'

export interface IssuerTokensOptions {
  readonly issuers: readonly Issuer[]
  /** Issuer of the token endpoint of this server: the required audience of client assertions of workloads. */
  readonly tokenEndpoint: string
  /** Maximum number of cached verifications. Default 10 000. */
  readonly maxCached?: number
  /** Receives the claims of each accepted token that was not cached. */
  readonly onAccepted?: (issuer: string, claims: Claims) => void
  /** Returns the time in epoch ms. Tests replace it. */
  readonly now?: () => number
}

/** Settings of a configured issuer, with its keys and endpoints. */
export interface Trusted {
  readonly issuer: Issuer
  readonly keys: IssuerKeys
}

interface CachedVerification {
  readonly verification: ExternalVerification
  /** Time in epoch ms until which the cached result is used. */
  readonly until: number
}

/**
 * Time in ms after which a cached token is verified again. A token whose key the issuer has removed is then
 * refused.
 */
const verifiedAgeMs = 60_000
/**
 * Maximum number of concurrent introspection requests. It limits the requests that clients with invalid opaque
 * tokens can cause.
 */
const maxQuestions = 64
const maxInactive = 1_000
/**
 * Time in ms for which the server refuses a token without a request, after its issuer reported it as not
 * active.
 */
const inactiveAgeMs = 5_000

/**
 * Verifies tokens of the configured issuers: JWTs with the issuers' keys, and opaque tokens by introspection.
 */
export class IssuerTokens implements ExternalTokens {
  readonly issuers: ReadonlySet<string>
  readonly #trusted: ReadonlyMap<string, Trusted>
  readonly #tokenEndpoint: string
  readonly #now: () => number
  readonly #onAccepted: IssuerTokensOptions['onAccepted']
  readonly #cached: CallerCache<CachedVerification>
  /** Cached refusals. They have a separate cache, so that invalid tokens cannot evict valid ones. */
  readonly #inactive: CallerCache<CachedVerification> = callerCache({ max: maxInactive })
  #questions = 0
  readonly #running = new SingleFlight<ExternalVerification>()

  constructor({
    issuers,
    tokenEndpoint,
    maxCached = 10_000,
    onAccepted,
    now = Date.now,
  }: IssuerTokensOptions) {
    this.#trusted = new Map(issuers.map((issuer) => [issuer.issuer, { issuer, keys: issuerKeys(issuer) }]))
    this.issuers = new Set(this.#trusted.keys())
    this.#tokenEndpoint = tokenEndpoint
    this.#now = now
    this.#onAccepted = onAccepted
    this.#cached = callerCache({ max: maxCached })
  }

  /** Returns whether an issuer is configured for introspection of opaque tokens. */
  get takesOpaque(): boolean {
    return [...this.#trusted.values()].some(({ issuer }) => issuer.introspection !== null)
  }

  /** Returns the keys and settings for tokens of an issuer. */
  trusted(issuer: string): Trusted | undefined {
    return this.#trusted.get(issuer)
  }

  /**
   * Verifies a token. Concurrent calls share requests to an issuer. These requests have their own time limits,
   * and the abort signal of one caller does not abort them.
   */
  async verify(token: string, purpose: ExternalPurpose): Promise<ExternalVerification> {
    if (token.length > maxForeignTokenLength)
      return refused('too long', `A token may have ${maxForeignTokenLength} characters at most.`)
    const key = callerKey(hash('sha256', token, 'base64'), purpose)
    const known = this.#cached.get(key) ?? this.#inactive.get(key)
    if (known !== undefined && this.#now() < known.until) return known.verification
    return await this.#running.join(key, () => this.#verify(token, purpose, key))
  }

  async #verify(token: string, purpose: ExternalPurpose, key: CallerKey): Promise<ExternalVerification> {
    const peeked = peek(token)
    const startedAt = this.#now()
    const { verification: found, ageMs } =
      peeked === null ? await this.#opaque(token, purpose) : await this.#jwt(token, peeked, purpose)
    const until = Math.min(found.ok ? found.value.expiresAt : Infinity, startedAt + ageMs)
    const verification = found.ok ? { ...found, goodUntil: until } : found
    const cache = verification.ok ? this.#cached : this.#inactive
    if (until > this.#now()) cache.set(key, { verification, until })
    return verification
  }

  async #jwt(token: string, { header, claims }: Peeked, purpose: ExternalPurpose): Promise<Response> {
    const { iss } = claims
    // The unverified token only selects one of the configured issuers.
    const trusted = typeof iss === 'string' ? this.#trusted.get(iss) : undefined
    if (trusted === undefined)
      return once(
        refused(
          'unknown issuer',
          'This server does not accept tokens of the issuer that the token names. The operator can add it to HEADGATE_ISSUERS.',
        ),
      )
    const { issuer, keys } = trusted
    const kind = classifyToken(header, claims)
    if ('message' in kind) return once(refused('wrong type', kind.message))
    const audiences = audiencesFor(issuer, kind.kind, isTypedAccess(header), purpose, this.#tokenEndpoint)
    if (typeof audiences === 'string') return once(refused('wrong type', audiences))
    const now = this.#now()
    const checked = await verifyJwt(token, { issuer, key: keys.key, audiences, now })
    if (!checked.ok) return once(checked)
    // Each workload is registered separately (table client_federation), so the issuer's lists of accepted
    // clients (azp) do not apply.
    const rules = purpose === 'client' ? { ...issuer, actors: null, clients: null } : issuer
    const verification = readClaims(rules, checked.payload, now)
    if (verification.ok) this.#onAccepted?.(issuer.issuer, checked.payload)
    const { introspection } = issuer
    if (!verification.ok || introspection?.tokens !== 'all' || purpose === 'client')
      return { verification, ageMs: verifiedAgeMs }
    const active = await this.#ask(keys, introspection, token)
    return active === null ? inactive() : { verification, ageMs: introspection.cacheMs }
  }

  async #ask(keys: IssuerKeys, settings: IntrospectionSettings, token: string): Promise<Claims | null> {
    if (this.#questions >= maxQuestions) {
      throw new HeadgateError(
        'unavailable',
        'Too many requests to issuers are running. Try again in a second.',
        {
          retryAfterSeconds: 1,
        },
      )
    }
    this.#questions += 1
    try {
      return await introspect(keys, settings, token)
    } finally {
      this.#questions -= 1
    }
  }

  /**
   * Verifies an opaque token. It does not name its issuer, so the server requests its introspection from one
   * issuer after the other.
   */
  async #opaque(token: string, purpose: ExternalPurpose): Promise<Response> {
    if (purpose === 'client')
      return once(refused('malformed', 'The client assertion is not a JWT: send a signed JWT.'))
    let refusal: Response | null = null
    for (const { issuer, keys } of this.#trusted.values()) {
      const { introspection } = issuer
      if (introspection === null) continue
      const claims = await this.#ask(keys, introspection, token)
      if (claims === null) {
        refusal ??= inactive()
        continue
      }
      if (purpose === 'subject' && !issuer.subjectTokens.has('access_token'))
        return once(
          refused(
            'wrong type',
            'An access_token of this issuer is not accepted as the subject of an exchange: send another kind of token.',
          ),
        )
      const audiences = accessAudiences(issuer, purpose)
      if (!admitsOpaque(issuer, audiences, claims))
        return once(
          refused(
            'wrong audience',
            `The issuer says that the token is not for ${audiences.join(' or ')}: request a token with this audience.`,
          ),
        )
      const verification = readClaims(issuer, claims, this.#now())
      if (verification.ok && verification.value.expiresAt <= this.#now())
        return once(refused('expired', 'The token has expired: get a new one from its issuer.'))
      return { verification, ageMs: introspection.cacheMs }
    }
    return (
      refusal ??
      once(refused('malformed', 'The token is not a JWT, and no issuer with introspection is configured.'))
    )
  }
}

interface Response {
  readonly verification: ExternalVerification
  /** Time in ms for which the verification may be cached. */
  readonly ageMs: number
}

/**
 * Returns a verification that is not cached. Refusals that cost no request are not cached, so that invalid
 * tokens cannot fill the cache.
 */
function once(verification: ExternalVerification): Response {
  return { verification, ageMs: 0 }
}

function inactive(): Response {
  return {
    verification: refused('not active', 'The issuer says that the token is not active: sign in again.'),
    ageMs: inactiveAgeMs,
  }
}

function refused(reason: ExternalRefusal, message: string): Extract<ExternalVerification, { ok: false }> {
  return { ok: false, reason, message }
}
