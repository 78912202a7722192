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
  /** Maximum age of a policy that is used, in ms, even if a notification was lost. Default 10 s. */
  readonly maxAgeMs?: number
  /** Time for which the groups in a token are valid, by issuer. Default: groups are ignored. */
  readonly groupAges?: GroupAges
  /** Authorizer that can remove granted rights. Default: an authorizer that removes no rights. */
  readonly authorizer?: Authorizer
  /** Maximum number of cached policies. Default 10 000. */
  readonly maxPolicies?: number
  /** Returns a monotonic time in ms. Tests pass their own clock. */
  readonly now?: () => number
}

/** Maximum number of policy versions that are stored until their notifications have arrived. */
const maxNoted = 1_000

interface Entry {
  readonly policy: Policy
  /** Time in epoch ms. Sessions of the principal that began before it are refused. */
  readonly notBefore: number
  /** Time in epoch ms. Sessions in which the engine acts are refused if they began before it. */
  readonly engineNotBefore: number
  /** Ids of the access keys of the principal. Sessions that began with another access key are refused. */
  readonly accessKeys: readonly string[]
  /**
   * Monotonic time in ms at which the read of the policy began. The policy contains all changes that were committed
   * before.
   */
  readonly readAt: number
  /** Number of the read that returned the policy. A read with a larger number began later. */
  readonly turn: number
}

/**
 * Caches the policy of each caller, by principal and by the engine that acts for it. Policy versions are random: two
 * versions show that two states differ, but not which state is newer. A read is newer than everything that was known
 * before it began.
 *
 * An entry is fresh while it is younger than the maximum age, and no other version was seen after its read began: in a
 * notification, in a read for another caller, or in a row that the caller has read. `get` returns a fresh entry
 * synchronously. In the second half of the maximum age, it also reloads the entry in the background. Concurrent reads
 * for one caller are shared, and an older read never replaces a newer one.
 */
export class Policies implements AsyncDisposable {
  readonly #sql: Sql
  readonly #maxAgeMs: number
  readonly #groupAges: GroupAges
  readonly #authorizer: Authorizer
  readonly #now: () => number
  readonly #entries: CallerCache<Entry>
  readonly #reads = new SingleFlight<Entry>()
  /** Policy version of the newest read or notification. Null when it is unknown. */
  #version: number | null = null
  /** Policy versions that `saw` has recorded recently. The notification of such a version is ignored. */
  readonly #noted = new Set<number>()
  /** Number of the newest read whose version was compared with `#version`. */
  #versionTurn = 0
  #mark = {}
  #turn = 0
  /** Smallest number of a read whose policy is still valid. Policies of reads with a smaller number are stale. */
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

  /** Returns the time for which the groups in a token are valid, by issuer. */
  get groupAges(): GroupAges {
    return this.#groupAges
  }

  /**
   * Returns the policy of the caller, synchronously if the cached policy is fresh.
   *
   * @param seenVersion the policy version that the caller has seen, for example in a row that it read. A cached policy
   *   is returned only if it has this version. 0: the caller has seen no version.
   */
  get(identity: ProvenIdentity, seenVersion = 0): Policy | Promise<Policy> {
    const stating = statedBy(identity)
    return stating === null
      ? this.#getDirect(identity, seenVersion)
      : this.#getStated(identity, stating, seenVersion)
  }

  /**
   * Returns the policy of a user whom one engine named without a token of the user, while another engine acts now. The
   * entry of the first engine must still allow this, because nothing else proves the identity of the user.
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
   * Returns the policy of a principal that is not the caller: of the definer of a view, whose rights apply to reads
   * through the view. `absentPrincipalId` has no rights.
   */
  ofPrincipal(id: string, seenVersion = 0): Policy | Promise<Policy> {
    // Anonymous callers own no objects. Their policy allows everything, so it must not be returned here.
    if (id === anonymousId || id === absentPrincipalId) return disabled(id, seenVersion)
    const principal = { id, issuer: '', subject: '', name: '' }
    return this.get({ principal, actors: [], method: 'session-token', expiresAt: null }, seenVersion)
  }

  /**
   * Returns the current rights of a principal by its own grants, roles and ownership. The result does not show whether
   * the principal is disabled or an engine, because the caller may not be allowed to know that. Sends one query per call.
   */
  async ofRights(id: string): Promise<Policy> {
    const row = await loadPolicyRow(this.#sql, id, null, this.#groupAges)
    return compilePolicy(id, null, { ...row, enabled: true, engine: null }, this.#authorizer)
  }

  /**
   * Records a policy version that was committed, and makes all cached policies stale. Has no effect for a version that
   * was recorded before, even if later versions followed: all fresh policies were read after its commit. So the
   * notification of a change does not discard policies that were read after the change.
   */
  saw(version: number): void {
    if (version === this.#version || this.#noted.has(version)) return
    this.#noted.add(version)
    const [oldest] = this.#noted
    if (oldest !== undefined && this.#noted.size > maxNoted) this.#noted.delete(oldest)
    this.#distrust(version)
  }

  /**
   * Makes all cached policies stale, and also the results of reads that are still running.
   *
   * @param version newest policy version, or null when it is unknown
   */
  #distrust(version: number | null): void {
    this.#turn += 1
    this.#firstGoodTurn = this.#turn
    this.#version = version
    this.#mark = {}
  }

  /**
   * Returns an object that is replaced whenever principals, engines or rights may have changed. Other caches compare it
   * by identity to detect such a change.
   */
  get mark(): object {
    return this.#mark
  }

  async #get(identity: ProvenIdentity, seenVersion: number): Promise<Policy> {
    const [before, firstGood, oldest] = [this.#turn, this.#firstGoodTurn, this.#now() - this.#maxAgeMs]
    const isGood = ({ turn, readAt, policy }: Entry): boolean =>
      turn > before ||
      (turn >= firstGood && readAt > oldest && (seenVersion === 0 || policy.version === seenVersion))
    let entry = await this.#read(identity)
    // The shared read may have begun before this call, so its entry may be stale. The next read begins after this call.
    while (!isGood(entry)) entry = await this.#read(identity)
    return policyFor(entry, identity)
  }

  /** Reloads the policy in the background, so that frequent callers do not wait for the read of thousands of grants. */
  #renewBehind(identity: ProvenIdentity): void {
    this.#read(identity).catch(() => {
      // The cached entry is used until its maximum age. After that, callers receive the error of the reload.
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
      accessKeys: row.accessKeys,
      readAt,
      turn,
    }
    this.#noteRead(turn, row.version)
    const present = this.#entries.peek(key)
    if (!present || present.turn < turn) this.#entries.set(key, entry)
    return entry
  }

  /** Makes the results of earlier reads stale when a read returns another policy version than the newest known one. */
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
      // Notifications may have been missed, and the server may now be connected to another database, such as a promoted
      // standby or a restored backup.
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

/**
 * Returns the cache key of a caller. The key contains only one of the actors, the outermost engine, because only the
 * entry of that engine limits the rights.
 */
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
  // Only a server that was started without authentication has anonymous callers, and it allows them everything.
  if (identity.method === 'anonymous') return everything(id, row.version, authorizer)
  return compilePolicy(id, actorId, row, authorizer)
}

function policyFor(entry: Entry, identity: ProvenIdentity): Policy {
  const { policy, notBefore, engineNotBefore, accessKeys } = entry
  const { issuedAt = Infinity, provenByKey } = identity
  // Both times are truncated to milliseconds, so a session that began in the same millisecond is refused too.
  if (issuedAt <= notBefore) return disabled(policy.principalId, policy.version)
  if (issuedAt <= engineNotBefore) return disabled(policy.principalId, policy.version, 'engine')
  if (provenByKey !== undefined && !accessKeys.includes(provenByKey))
    return disabled(policy.principalId, policy.version)
  if (policy.engine !== null && !allowsProvenance(policy.engine, identity))
    return disabled(policy.principalId, policy.version, 'subject')
  return policy
}
