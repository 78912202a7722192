import { type Replacement, replaceRelation } from '../store/relation-writes.ts'
import { replaceTogether, type SharedReplacement } from '../store/replace-together.ts'
import { type Riders, tryBegin } from '../store/riders.ts'
import type { Sql } from '../store/sql.ts'
import { isRefused } from '../store/violation.ts'

/** Statements that are waited for at a time: while one is made durable, the next is executed. With more there is less to share. */
const maxRunning = 2
/** By then what each of them costs is nearly all its own. */
const maxTogether = 16
/** Bytes of packed text up to which a change shares a statement: of a larger one, the text is what costs. */
const maxShared = 64 * 1024
/** How long a statement keeps others waiting, ms: one that somebody's lock holds up is not waited for. */
const patienceMs = 50

/** What ends the waiting: a group to be led, or what came of the own change. */
type Turn = { readonly group: readonly Waiting[] } | { readonly replaced: boolean }

interface Waiting {
  readonly change: SharedReplacement
  readonly resolve: (turn: Turn) => void
  readonly reject: (error: unknown) => void
}

/**
 * Moves the pointers of single relations. Those that come while others are under way share the next statement, as
 * databases do with the commits of transactions (group commit): the more there are, the less each costs PostgreSQL. Alone,
 * nobody waits.
 */
export class GroupCommit {
  readonly #sql: Sql
  #waiting: Waiting[] = []
  #running = 0

  constructor(sql: Sql) {
    this.#sql = sql
  }

  /**
   * The compare-and-swap of a commit; see `replaceRelation`, also for what it throws. What happens to the connection or to
   * the time of a statement happens to all who share it.
   */
  async replace(replacement: Replacement, riders: Riders): Promise<boolean> {
    const { body, refs } = replacement
    if (body === null || refs !== null || body.packed.length > maxShared)
      return await replaceRelation(this.#sql, replacement, riders)
    const turn = await this.#turn({ replacement: { ...replacement, body, refs }, riders })
    return 'replaced' in turn ? turn.replaced : await this.#lead(turn.group)
  }

  #turn(change: SharedReplacement): Promise<Turn> {
    const { promise, ...waiting } = Promise.withResolvers<Turn>()
    this.#waiting.push({ change, ...waiting })
    this.#startNext()
    return promise
  }

  #startNext(): void {
    while (this.#running < maxRunning) {
      const group = this.#take()
      const [leader] = group
      if (leader === undefined) return
      this.#running += 1
      leader.resolve({ group })
    }
  }

  /** Those that waited longest, of different relations. */
  #take(): readonly Waiting[] {
    const group = new Map<string, Waiting>()
    const rest: Waiting[] = []
    for (const waiting of this.#waiting) {
      const { id } = waiting.change.replacement.standing
      if (group.size < maxTogether && !group.has(id)) group.set(id, waiting)
      else rest.push(waiting)
    }
    this.#waiting = rest
    return [...group.values()]
  }

  /** Makes the changes of a group, and tells the others of it; what came of the first. */
  async #lead(group: readonly Waiting[]): Promise<boolean> {
    const [own, ...others] = group
    if (own === undefined) throw new TypeError('There is nobody in the group.')
    if (others.length === 0) return await this.#counted(() => this.#alone(own))
    const begun = group.filter(({ change }) => tryBegin(change.riders))
    const replacing = this.#counted(() => this.#together(begun))
    const outcome = async (waiting: Waiting): Promise<boolean> => {
      const { id } = waiting.change.replacement.standing
      return (begun.includes(waiting) && (await replacing).has(id)) || (await this.#alone(waiting))
    }
    for (const other of others) outcome(other).then((replaced) => other.resolve({ replaced }), other.reject)
    return await outcome(own)
  }

  /** Which were replaced. Who is not among them is to be tried alone. */
  async #together(begun: readonly Waiting[]): Promise<ReadonlySet<string>> {
    try {
      const changes = begun.map(({ change }) => change)
      return await replaceTogether(this.#sql, changes)
    } catch (error) {
      if (isRefused(error)) return new Set()
      throw error
    }
  }

  #alone({ change: { replacement, riders } }: Waiting): Promise<boolean> {
    return replaceRelation(this.#sql, replacement, riders)
  }

  /** Counts a statement as running until it ends, or is not waited for any more. */
  async #counted<T>(run: () => Promise<T>): Promise<T> {
    let counts = true
    const end = (): void => {
      if (counts) this.#running -= 1
      counts = false
      this.#startNext()
    }
    const timer = setTimeout(end, patienceMs)
    try {
      return await run()
    } finally {
      clearTimeout(timer)
      end()
    }
  }
}
