import { type CallerCache, callerKey, type CallerKey, callerCache } from '../cache.ts'
import { SingleFlight } from '../concurrency/single-flight.ts'
import { absentPrincipalId, anonymousId } from '../reserved-ids.ts'
import type { ProvenIdentity, Principal } from '../proven-identity.ts'
import { statedBy } from '../proven-identity.ts'
import { type GroupAges, loadPolicyRow, type PolicyRow } from '../store/policies.ts'
import type { Sql } from '../store/sql.ts'
import { grantsAuthorizer } from './authorizer.ts'
import type { Authorizer } from './policy.ts'
import { compilePolicy, disabled, everything } from './compile-policy.ts'
import { allowsProvenance } from './engine-limits.ts'
import type { Policy } from './policy.ts'

export interface PoliciesOptions {
  readonly sql: Sql
  /** No decision rests on a policy read longer ago than this, even when a notification was lost. Default 10 s. */
  readonly maxAgeMs?: number
  /** Default: groups do not count. */
  readonly groupAges?: GroupAges
  /** Authorizer that can remove granted rights. Default: they have it. */
  readonly authorizer?: Authorizer
  /** Policies that are kept. Default 10 000. */
  readonly maxPolicies?: number
  /** Monotonic ms; for tests. */
  readonly now?: () => number
}

/** Versions that are stored until their notifications have arrived. */
const maxNoted = 1_000

interface Entry {
  readonly policy: Policy
  /** Epoch ms: sessions that began before are over, and whose fault that is. */
  readonly notBefore: number
  readonly engineNotBefore: number
  /** When the read began: nothing later can be missing from what was known then. */
  readonly readAt: number
  /** Order of reads; larger began later. */
  readonly turn: number
}

/**
 * Caches what every caller may do, by principal and by the engine that acts for it. Versions of the policy are random,
 * so they show that two states differ, not which is newer: a read is newer than what was known before it began. An
 * entry is fresh while it is younger than the maximum age and no other version was seen after its read began: not by
 * notification, not by a read of another caller, not in a row that the caller has read. Then `get` is a synchronous
 * look-up. In the second half of that age the entry is read again in the background. Concurrent reads for one caller
 * are shared; an older read never replaces a newer one.
 */
export class Policies implements AsyncDisposable {
  readonly #sql: Sql
  readonly #maxAgeMs: number
  readonly #groupAges: GroupAges
  readonly #authorizer: Authorizer
  readonly #now: () => number
  readonly #entries: CallerCache<Entry>
  readonly #reads = new SingleFlight<Entry>()
  /** The version that was announced or read last. Null: not known. */
  #version: number | null = null
  /** Versions whose commits were noted last; see `saw`. */
  readonly #noted = new Set<number>()
  /** The last read that `#version` rests on. */
  #versionTurn = 0
  #mark = {}
  #turn = 0
  /** Entries whose read began before this turn are stale. */
  #firstGoodTurn = 0
  #listening: AsyncDisposable | undefined

  private constructor(options: PoliciesOptions) {
    this.#sql = options.sql
    this.#maxAgeMs = options.maxAgeMs ?? 10_000
    this.#groupAges = options.groupAges ?? {}
    this.#authorizer = options.authorizer ?? grantsAuthorizer
    this.#now = options.now ?? (() => performance.now())
    this.#entries = callerCache({ max: options.maxPolicies ?? 10_000 })
  }

  static async open(options: PoliciesOptions): Promise<Policies> {
    const policies = new Policies(options)
    policies.#listening = await options.sql.listen('headgate', (payload) => policies.#notice(payload))
    return policies
  }

  /** Returns true when the authorizer can remove granted rights, so that lists must test each row. */
  get narrows(): boolean {
    return this.#authorizer.narrows
  }

  /** Returns the time for which groups of each issuer count. */
  get groupAges(): GroupAges {
    return this.#groupAges
  }

  /**
   * Returns the policy of the caller. Synchronous when known.
   *
   * @param seenVersion the policy version that the caller has seen, for example in a row that it read: the policy has
   *   this version, or its read begins now and it is newer. 0: none was seen.
   */
  get(identity: ProvenIdentity, seenVersion = 0): Policy | Promise<Policy> {
    const stating = statedBy(identity)
    return stating === null
      ? this.#getDirect(identity, seenVersion)
      : this.#getStated(identity, stating, seenVersion)
  }

  /**
   * Returns the policy of a user whom another engine than the acting one has stated. The entry of that engine must
   * still allow it: nothing else proves who the user is.
   */
  async #getStated(identity: ProvenIdentity, stating: Principal, seenVersion: number): Promise<Policy> {
    const { enabled, shutOut } = await this.#getDirect({ ...identity, actors: [stating] }, seenVersion)
    const policy = await this.#getDirect(identity, seenVersion)
    return enabled ? policy : disabled(policy.principalId, policy.version, shutOut ?? 'principal')
  }

  #getDirect(identity: ProvenIdentity, seenVersion: number): Policy | Promise<Policy> {
    const entry = this.#entries.get(toKey(identity))
    if (!entry || !this.#isFresh(entry)) return this.#get(identity, seenVersion)
    if (seenVersion !== 0 && entry.policy.version !== seenVersion) return this.#get(identity, seenVersion)
    if (this.#now() - entry.readAt > this.#maxAgeMs / 2) this.#renewBehind(identity)
    return policyFor(entry, identity)
  }

  /**
   * Returns the policy of a principal itself, without a caller: of the definer of a view, whose rights apply to reads
   * through the view. `absentPrincipalId` has no rights.
   */
  ofPrincipal(id: string, seenVersion = 0): Policy | Promise<Policy> {
    // Anonymous callers own no objects. The policy of their id is everything, and must not be returned here.
    if (id === anonymousId || id === absentPrincipalId) return disabled(id, seenVersion)
    const principal = { id, issuer: '', subject: '', name: '' }
    return this.get({ principal, actors: [], method: 'session-token', expiresAt: null }, seenVersion)
  }

  /**
   * Returns the current rights of a principal by its own grants, roles and ownership. It is the same for disabled
   * principals and engines, for callers that may not learn their state. One query for each call.
   */
  async ofRights(id: string): Promise<Policy> {
    const row = await loadPolicyRow(this.#sql, id, null, this.#groupAges)
    return compilePolicy(id, null, { ...row, enabled: true, engine: null }, this.#authorizer)
  }

  /**
   * Notes a policy version that was committed. Unless the version is known, every entry is read again. A version that
   * was noted before needs no second reading, even when later versions were noted since: all entries that are fresh
   * were read after its commit. So the notification of a change does not discard what was read after the change.
   */
  saw(version: number): void {
    if (version === this.#version || this.#noted.has(version)) return
    this.#noted.add(version)
    const [oldest] = this.#noted
    if (oldest !== undefined && this.#noted.size > maxNoted) this.#noted.delete(oldest)
    this.#distrust(version)
  }

  /** Makes all entries stale, those included whose read is running. */
  #distrust(version: number | null): void {
    this.#turn += 1
    this.#firstGoodTurn = this.#turn
    this.#version = version
    this.#mark = {}
  }

  /** Object that changes when principals, engines or rights may have changed, for caches elsewhere. */
  get mark(): object {
    return this.#mark
  }

  async #get(identity: ProvenIdentity, seenVersion: number): Promise<Policy> {
    const [before, firstGood, oldest] = [this.#turn, this.#firstGoodTurn, this.#now() - this.#maxAgeMs]
    const isGood = ({ turn, readAt, policy }: Entry): boolean =>
      turn > before ||
      (turn >= firstGood && readAt > oldest && (seenVersion === 0 || policy.version === seenVersion))
    let entry = await this.#read(identity)
    // A read that is joined may have begun too early. The next one begins now.
    while (!isGood(entry)) entry = await this.#read(identity)
    return policyFor(entry, identity)
  }

  /** Reloads in the background, so that frequent callers do not wait for the read of thousands of grants. */
  #renewBehind(identity: ProvenIdentity): void {
    this.#read(identity).catch(() => {
      // The entry is used until its maximum age; then callers receive the error.
    })
  }

  #isFresh({ turn, readAt }: Entry): boolean {
    return turn >= this.#firstGoodTurn && readAt > this.#now() - this.#maxAgeMs
  }

  #read(identity: ProvenIdentity): Promise<Entry> {
    const key = toKey(identity)
    return this.#reads.join(key, () => this.#readNow(identity, key))
  }

  async #readNow(identity: ProvenIdentity, key: CallerKey): Promise<Entry> {
    const actorId = identity.actors[0]?.id ?? null
    const readAt = this.#now()
    this.#turn += 1
    const turn = this.#turn
    const row = await loadPolicyRow(this.#sql, identity.principal.id, actorId, this.#groupAges)
    const entry: Entry = {
      policy: compiled(row, identity, actorId, this.#authorizer),
      notBefore: row.notBefore,
      engineNotBefore: actorId === null ? 0 : (row.engine?.notBefore ?? 0),
      readAt,
      turn,
    }
    this.#noteRead(turn, row.version)
    const present = this.#entries.peek(key)
    if (!present || present.turn < turn) this.#entries.set(key, entry)
    return entry
  }

  /** Makes the entries of earlier reads stale when a read returns another version. */
  #noteRead(turn: number, version: number): void {
    if (turn < this.#firstGoodTurn || turn < this.#versionTurn) return
    this.#versionTurn = turn
    if (version === this.#version) return
    this.#version = version
    this.#firstGoodTurn = turn
    this.#mark = {}
  }

  #notice(payload: string | null): void {
    if (payload === null) {
      // Notifications may have been missed, and the database may be another one: a promoted stand-by, a restored
      // backup.
      this.#distrust(null)
      return
    }
    const version = /^policy:(\d{1,16})$/.exec(payload)?.[1]
    if (version !== undefined) this.saw(Number(version))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#listening?.[Symbol.asyncDispose]()
    await this.#reads.settled()
    this.#entries.clear()
  }
}

/** Returns the cache key: only the outermost engine decides. */
function toKey({ principal, actors }: ProvenIdentity): CallerKey {
  const [actor] = actors
  return actor === undefined ? callerKey(principal.id) : callerKey(principal.id, actor.id)
}

function compiled(
  row: PolicyRow,
  identity: ProvenIdentity,
  actorId: string | null,
  authorizer: Authorizer,
): Policy {
  const { id } = identity.principal
  // Anonymous callers exist only where the server was started for them; there they may do everything.
  if (identity.method === 'anonymous') return everything(id, row.version, authorizer)
  return compilePolicy(id, actorId, row, authorizer)
}

function policyFor({ policy, notBefore, engineNotBefore }: Entry, identity: ProvenIdentity): Policy {
  const { issuedAt = Infinity } = identity
  // Both times are truncated to milliseconds, so a session of the same millisecond may have begun before.
  if (issuedAt <= notBefore) return disabled(policy.principalId, policy.version)
  if (issuedAt <= engineNotBefore) return disabled(policy.principalId, policy.version, 'engine')
  if (policy.engine !== null && !allowsProvenance(policy.engine, identity))
    return disabled(policy.principalId, policy.version, 'subject')
  return policy
}
