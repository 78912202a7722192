import { HeadgateError, isHeadgateError } from '@headgate/errors'
import type { Policies } from '../access/policies.ts'
import type { Policy } from '../access/policy.ts'
import { type CallerCache, callerKey, type CallerKey, callerCache } from '../cache.ts'
import type { Warehouse, Warehouses } from '../catalog/warehouses.ts'
import { anonymousId } from '../identity/anonymous.ts'
import type { Identity } from '../identity/identity.ts'
import type { Sql } from '../store/sql.ts'
import { decideStorage } from './decide-storage.ts'
import type { S3Gate } from './gate.ts'
import type { S3Session } from './s3-session.ts'
import { Reads } from './reads.ts'
import { areAllowed, liveStanding } from './standing.ts'
import { vendingOf } from './vending-of.ts'

export interface GatewayGateOptions {
  readonly sql: Sql
  readonly policies: Policies
  readonly warehouses: Warehouses
  /** Whether everybody is let in without a token. Sessions of such callers are refused by a server that does not do so. */
  readonly anonymous: boolean
  /** No answer rests on what was read longer ago, in ms. Default 30 s. */
  readonly maxAgeMs?: number
  /** Decisions that are kept. Default 10 000. */
  readonly maxKept?: number
  /** Monotonic ms; for tests. */
  readonly now?: () => number
}

/** What was decided about a session, and on what. */
interface Decided {
  readonly outcome: Warehouse | HeadgateError
  readonly policy: Policy | null
  /** When the reads for it began. */
  readonly readAt: number
}

/**
 * Decides whether sessions of the storage gateway still hold: the principal is enabled, has the right still, the table is
 * still there and still where the session may go, and nothing was revoked since.
 *
 * A decision is kept until it is too old, or the policy of its principal moved, which every replica is told at once. In
 * the second half of its time it is made anew behind the requests, so that none of them waits for the store.
 */
export class GatewayGate implements S3Gate {
  readonly #options: GatewayGateOptions
  readonly #reads: Reads
  readonly #maxAgeMs: number
  readonly #now: () => number
  readonly #kept: CallerCache<Decided>
  readonly #flights = new Map<CallerKey, Promise<Decided>>()

  constructor(options: GatewayGateOptions) {
    this.#options = options
    this.#reads = new Reads(options.sql)
    this.#maxAgeMs = options.maxAgeMs ?? 30_000
    this.#now = options.now ?? (() => performance.now())
    this.#kept = callerCache({ max: options.maxKept ?? 10_000 })
  }

  async admit(session: S3Session): Promise<Warehouse> {
    if (Date.now() >= session.expiresAt) throw ended('it has expired')
    const identity = identityOf(session)
    // Nobody's rights were looked at for it, and it may have been handed out before a restart.
    if (identity.method === 'anonymous' && !this.#options.anonymous)
      throw ended('anonymous callers are not let in')
    const kept = this.#kept.get(callerKey(session.accessKeyId))
    const age = kept === undefined ? Infinity : this.#now() - kept.readAt
    if (kept === undefined || age >= this.#maxAgeMs) return answerOf(await this.#decide(session, identity))
    if (kept.policy !== null) {
      const since = this.#now()
      const version = await this.#policyVersion(identity)
      // What was decided by another policy is void.
      if (version !== null && version !== kept.policy.version)
        return answerOf(await this.#decide(session, identity, since))
    }
    if (age >= this.#maxAgeMs / 2) this.#decide(session, identity).catch(() => undefined)
    return answerOf(kept)
  }

  /** Null: the store is away, so what was decided holds until it is too old. */
  async #policyVersion(identity: Identity): Promise<number | null> {
    try {
      return (await this.#options.policies.get(identity)).version
    } catch (error) {
      if (isHeadgateError(error, 'unavailable')) return null
      throw error
    }
  }

  /** @param since a decision that is under way must not have begun before */
  async #decide(
    session: S3Session,
    identity: Identity,
    since = this.#now() - this.#maxAgeMs,
  ): Promise<Decided> {
    const key = callerKey(session.accessKeyId)
    const running = this.#flights.get(key)
    if (running !== undefined) {
      const decided = await running
      if (decided.readAt >= since) return decided
      return this.#decide(session, identity)
    }
    const flight = this.#decideNow(session, identity)
      .then((decided) => {
        this.#kept.set(key, decided)
        return decided
      })
      .finally(() => this.#flights.delete(key))
    this.#flights.set(key, flight)
    return flight
  }

  async #decideNow(session: S3Session, identity: Identity): Promise<Decided> {
    const { policies, warehouses } = this.#options
    const { relationId, warehouseId, prefixes, access, through } = session
    const readAt = this.#now()
    const refused = (why: string, policy: Policy | null = null): Decided => ({
      outcome: ended(why),
      policy,
      readAt,
    })
    const standing = await this.#reads.standing({ relationId, warehouseId, name: null })
    const live = liveStanding(standing, relationId, warehouseId, session.issuedAt)
    if (!live.ok) return refused(live.reason)
    if (!prefixes.every((prefix) => live.value.prefixes.some((place) => prefix.startsWith(place))))
      return refused('locations changed')
    const warehouse = await warehouses.get(standing.warehouse?.name ?? '')
    if (warehouse === null || warehouse.id !== warehouseId) return refused('warehouse gone')
    if (vendingOf(warehouse).mode !== 'gateway') return refused('another mode')
    if (!areAllowed(warehouse, prefixes)) return refused('locations not allowed')
    if (standing.overlaps) return refused('locations overlap')
    const policy = await policies.get(identity, standing.policyVersion)
    if (policy.shutOut === 'engine') return refused('engine disabled', policy)
    const parts = { policies, reads: this.#reads }
    const asked = { policy, live: live.value, access, warehouseId, through }
    const { outcome, privilege } = await decideStorage(parts, asked)
    if (outcome !== 'allow') return refused(`${privilege} was taken away`, policy)
    return { outcome: warehouse, policy, readAt }
  }
}

/** The caller of the session, as proven when the session was made, or before. */
function identityOf({ principal, actor, issuedAt, sessionBegan }: S3Session): Identity {
  return {
    principal,
    actors: actor === null ? [] : [actor],
    // Their policy is made in another way, and kept by id.
    method: principal.id === anonymousId ? 'anonymous' : 'session-token',
    expiresAt: null,
    issuedAt: Math.min(issuedAt, sessionBegan ?? issuedAt),
  }
}

function answerOf({ outcome }: Decided): Warehouse {
  if (outcome instanceof HeadgateError) throw outcome
  return outcome
}

function ended(why: string): HeadgateError {
  return new HeadgateError('forbidden', 'Access to this storage has ended: load the table again.', {
    cause: new Error(`gateway session refused: ${why}`),
  })
}
