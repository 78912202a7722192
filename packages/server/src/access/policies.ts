import { HeadgateError } from '@headgate/errors'
import { LRUCache } from 'lru-cache'
import type { Identity } from '../identity/identity.ts'
import { loadPolicyRow, type PolicyRow } from '../store/policies.ts'
import type { Sql } from '../store/sql.ts'
import { compilePolicy, disabled, everything } from './compile-policy.ts'
import type { Policy } from './policy.ts'

export interface PoliciesOptions {
  readonly sql: Sql
  /** No decision rests on a policy read longer ago than this, even when a notification was lost. Default 10 s. */
  readonly maxAgeMs?: number
  /** Policies that are kept. Default 10 000. */
  readonly maxPolicies?: number
  /** Monotonic ms; for tests. */
  readonly now?: () => number
}

interface Entry {
  readonly policy: Policy
  /** What callers whose session began before `notBefore` get. */
  readonly refused: Policy
  readonly notBefore: number
  /** When the read began: nothing later can be missing from what was known then. */
  readonly readAt: number
  /** Order of reads; larger began later. */
  readonly turn: number
}

interface Need {
  readonly version: number
  readonly turn: number
  readonly readAfter: number
}

function satisfies(entry: Entry, need: Need): boolean {
  return entry.policy.version >= need.version && entry.turn >= need.turn && entry.readAt > need.readAfter
}

/** Reads that may answer with a version older than one that is known: more means the store itself is behind. */
const maxReads = 3

/**
 * What every caller may do, kept by principal. A policy is fresh while nobody has seen a newer policy version (not this
 * replica's notifications, not its reads, not the caller) and it is younger than the maximum age; then `get` is a
 * synchronous look-up. Reads of one principal are shared; an older read never replaces a newer one.
 */
export class Policies implements AsyncDisposable {
  readonly #sql: Sql
  readonly #maxAgeMs: number
  readonly #now: () => number
  readonly #entries: LRUCache<string, Entry>
  readonly #reads = new Map<string, Promise<Entry>>()
  #seenVersion = 0
  #turn = 0
  /** Entries read before this turn are stale whatever their version: a notification may have been missed. */
  #firstGoodTurn = 0
  #listening: AsyncDisposable | undefined

  private constructor(options: PoliciesOptions) {
    this.#sql = options.sql
    this.#maxAgeMs = options.maxAgeMs ?? 10_000
    this.#now = options.now ?? (() => performance.now())
    this.#entries = new LRUCache({ max: options.maxPolicies ?? 10_000 })
  }

  static async open(options: PoliciesOptions): Promise<Policies> {
    const policies = new Policies(options)
    policies.#listening = await options.sql.listen('headgate', (payload) => policies.#notice(payload))
    return policies
  }

  /**
   * What the caller may do. Synchronous when known.
   *
   * @param atLeastVersion the newest policy version the caller has seen, for example in a row it read: the policy is
   *   never older, so that a decision can be repeated exactly.
   */
  get(identity: Identity, atLeastVersion = 0): Policy | Promise<Policy> {
    this.saw(atLeastVersion)
    const entry = this.#entries.get(identity.principal.id)
    if (entry && this.#isFresh(entry)) return policyFor(entry, identity)
    return this.#get(identity)
  }

  /** Tells that a policy version exists, for example one that a write met: nothing older is answered from now on. */
  saw(version: number): void {
    if (version > this.#seenVersion) this.#seenVersion = version
  }

  async #get(identity: Identity): Promise<Policy> {
    const need: Need = {
      version: this.#seenVersion,
      turn: this.#firstGoodTurn,
      readAfter: this.#now() - this.#maxAgeMs,
    }
    for (let read = 0; read < maxReads; read += 1) {
      // The read that is joined here may have begun before what is needed was known: then there is another one.
      const entry = await this.#read(identity)
      if (satisfies(entry, need)) return policyFor(entry, identity)
    }
    throw new HeadgateError(
      'unavailable',
      'The store answers with permissions older than were announced: try again.',
      {
        retryAfterSeconds: 1,
      },
    )
  }

  #isFresh(entry: Entry): boolean {
    return satisfies(entry, {
      version: this.#seenVersion,
      turn: this.#firstGoodTurn,
      readAfter: this.#now() - this.#maxAgeMs,
    })
  }

  #read(identity: Identity): Promise<Entry> {
    const { id } = identity.principal
    const running = this.#reads.get(id)
    if (running) return running
    const read = this.#readNow(identity).finally(() => this.#reads.delete(id))
    this.#reads.set(id, read)
    return read
  }

  async #readNow(identity: Identity): Promise<Entry> {
    const { id } = identity.principal
    const readAt = this.#now()
    this.#turn += 1
    const turn = this.#turn
    const row = await loadPolicyRow(this.#sql, id)
    const entry = { ...compiled(row, identity), notBefore: row.notBefore, readAt, turn }
    this.saw(row.version)
    const present = this.#entries.peek(id)
    if (!present || present.turn < turn) this.#entries.set(id, entry)
    return entry
  }

  #notice(payload: string | null): void {
    if (payload === null) {
      // All is read again, so the version may start anew too: the store may have been restored from a backup.
      this.#turn += 1
      this.#firstGoodTurn = this.#turn
      this.#seenVersion = 0
      return
    }
    const version = /^policy:(\d{1,15})$/.exec(payload)?.[1]
    if (version !== undefined) this.saw(Number(version))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#listening?.[Symbol.asyncDispose]()
    await Promise.allSettled(this.#reads.values())
    this.#entries.clear()
  }
}

function compiled(row: PolicyRow, identity: Identity): Pick<Entry, 'policy' | 'refused'> {
  const { id } = identity.principal
  const refused = disabled(id, row.version)
  // Anonymous callers exist only where the server was started for them; there they may do everything.
  if (identity.method === 'anonymous') return { policy: everything(id, row.version), refused }
  return { policy: compilePolicy(id, row), refused }
}

function policyFor(entry: Entry, identity: Identity): Policy {
  return identity.issuedAt !== undefined && identity.issuedAt < entry.notBefore ? entry.refused : entry.policy
}
