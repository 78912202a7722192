import { type Replacement, replaceRelation } from '../../store/relation-writes.ts'
import { replaceTogether, type SharedReplacement } from '../../store/replace-together.ts'
import { type CommitRecord, trySend } from '../../store/commit-record.ts'
import type { Sql } from '../../store/sql.ts'
import { isRefused } from '../../store/violation.ts'

/**
 * Maximum number of concurrent statements. With two statements, PostgreSQL executes one while it flushes the other to
 * disk. With more statements, fewer changes would share a statement.
 */
const maxRunning = 2
/** Maximum number of changes in one statement. Larger groups hardly reduce the cost of a change. */
const maxTogether = 16
/**
 * Maximum size in bytes of the compressed metadata of a change that may share a statement. With larger
 * metadata, sharing a statement saves little.
 */
const maxShared = 64 * 1024
/**
 * Time in ms after which a running statement no longer delays the next statement. A statement that takes
 * longer may be waiting for a lock of another transaction.
 */
const maxDelayMs = 50

/**
 * Result of a change's wait in the queue. `group`: the change must execute the statement for all changes of
 * the group. `replaced`: another change has executed the statement; the value says whether the row of this
 * change was replaced.
 */
type Turn = { readonly group: readonly Waiting[] } | { readonly replaced: boolean }

interface Waiting {
  readonly change: SharedReplacement
  readonly resolve: (turn: Turn) => void
  readonly reject: (error: unknown) => void
}

/**
 * Replaces the rows of relations, several with one statement. Changes that arrive while other statements run
 * are combined in the next statement, as in the group commit of databases. This reduces the cost of each
 * change under load. Without load, a change is executed immediately.
 */
export class GroupCommit {
  readonly #sql: Sql
  #waiting: Waiting[] = []
  #running = 0

  constructor(sql: Sql) {
    this.#sql = sql
  }

  /**
   * Replaces the row of one relation (compare-and-swap of a commit). Returns and throws the same as
   * `replaceRelation`. When the connection of a shared statement fails or the statement exceeds its time
   * limit, all changes of the statement fail.
   */
  async replace(replacement: Replacement, record: CommitRecord): Promise<boolean> {
    const { body, refs } = replacement
    if (body === null || refs !== null || body.compressed.length > maxShared)
      return await replaceRelation(this.#sql, replacement, record)
    const turn = await this.#turn({ replacement: { ...replacement, body, refs }, record })
    return 'replaced' in turn ? turn.replaced : await this.#lead(turn.group)
  }

  #turn(change: SharedReplacement): Promise<Turn> {
    const { promise, ...waiting } = Promise.withResolvers<Turn>()
    this.#waiting.push({ change, ...waiting })
    this.#startNext()
    return promise
  }

  /**
   * Starts groups of waiting changes until the maximum number of statements runs. `#counted` calls this
   * method again when a statement ends.
   */
  #startNext(): void {
    while (this.#running < maxRunning) {
      const group = this.#take()
      const [leader] = group
      if (leader === undefined) return
      this.#running += 1
      leader.resolve({ group })
    }
  }

  /**
   * Removes the changes of the next group from the queue and returns them: the changes that have waited
   * longest, at most one for each relation.
   */
  #take(): readonly Waiting[] {
    const group = new Map<string, Waiting>()
    const rest: Waiting[] = []
    for (const waiting of this.#waiting) {
      const { id } = waiting.change.replacement.rowVersion
      if (group.size < maxTogether && !group.has(id)) group.set(id, waiting)
      else rest.push(waiting)
    }
    this.#waiting = rest
    return [...group.values()]
  }

  /**
   * Executes the changes of a group. Returns whether the row of the first change was replaced, and passes the
   * results of the other changes to their callers.
   */
  async #lead(group: readonly Waiting[]): Promise<boolean> {
    const [own, ...others] = group
    if (own === undefined) throw new TypeError('A group of changes that share a statement is empty.')
    if (others.length === 0) return await this.#counted(() => this.#alone(own))
    // Calls `onSend` of all requests of the group. If it throws, `#alone` calls it again, and that request receives the
    // error.
    const sendable = group.filter(({ change }) => trySend(change.record))
    const replacing = this.#counted(() => this.#together(sendable))
    const replaceOne = async (waiting: Waiting): Promise<boolean> => {
      const { id } = waiting.change.replacement.rowVersion
      return (sendable.includes(waiting) && (await replacing).has(id)) || (await this.#alone(waiting))
    }
    for (const other of others)
      replaceOne(other).then((replaced) => other.resolve({ replaced }), other.reject)
    return await replaceOne(own)
  }

  /**
   * Executes the changes in one statement. Returns the ids of the relations that it replaced. The caller
   * repeats every other change in its own statement.
   */
  async #together(sendable: readonly Waiting[]): Promise<ReadonlySet<string>> {
    try {
      const changes = sendable.map(({ change }) => change)
      return await replaceTogether(this.#sql, changes)
    } catch (error) {
      if (isRefused(error)) return new Set()
      throw error
    }
  }

  #alone({ change: { replacement, record } }: Waiting): Promise<boolean> {
    return replaceRelation(this.#sql, replacement, record)
  }

  /** Counts a statement as running until it ends, or until `maxDelayMs` has passed. */
  async #counted<T>(run: () => Promise<T>): Promise<T> {
    let counts = true
    const end = (): void => {
      if (counts) this.#running -= 1
      counts = false
      this.#startNext()
    }
    const timer = setTimeout(end, maxDelayMs)
    try {
      return await run()
    } finally {
      clearTimeout(timer)
      end()
    }
  }
}
