import type { TableIdentifier } from '@headgate/iceberg/rest'
import { pathOf } from '../store/namespaces.ts'
import { metadataKeyOf } from '../store/relations.ts'
import { type Resolved, type ResolveKey, resolveRelations, type Seen } from '../store/resolve-relations.ts'
import type { Sql } from '../store/sql.ts'
import { sharedCache } from '../cache.ts'
import { Moments } from './moments.ts'
import { nameKey } from './name-key.ts'
import { Recurring } from './recurring.ts'

/** With more in one query the database and this process would wait for each other. */
const maxBatch = 8
const maxRunning = 4
/** Names whose rows are remembered: about a kilobyte each. */
const maxSeen = 10_000

/** The form of the text that is wanted with a name, and the `metadataKeyOf` the text that is cached already. */
export type WantedText = Pick<ResolveKey, 'form' | 'known'>

const noText: WantedText = { form: 'none', known: null }

/** By name and wanted text. */
type Batch = Map<string, Waiting>

interface Waiting {
  readonly id: string
  readonly key: ResolveKey
  readonly promise: Promise<Resolved>
  readonly resolve: (resolved: Resolved) => void
  readonly reject: (error: unknown) => void
}

/**
 * Resolves names with as few queries as there can be. Where all that was seen of a name is still so when the store has not
 * moved, one question after that serves all who ask. Otherwise names asked for in the same turn, and while earlier queries
 * are under way, share the next query; equal ones share its row, and a name that is being asked for is not asked for again
 * until that answer is there. Nobody ever joins a query that was sent before, so whoever saw a commit acknowledged reads
 * that commit.
 */
export class Resolver {
  readonly #sql: Sql
  readonly #moments: Moments
  // What is done with goes with its map: a map that lives for ever and forgets one by one keeps what it forgot until the
  // next full collection of garbage.
  #waiting: Batch = new Map()
  #running: readonly Batch[] = []
  /** What stood at a name when it was last looked at. Only the store says whether it still does. */
  readonly #seen = sharedCache<Seen>({ max: maxSeen })
  readonly #recurring = new Recurring()
  #askers = 0
  #scheduled = false

  /**
   * @param patienceMs how long the question whether the store has moved may take; for tests
   * @param onNewRun called when the database server was restarted or replaced by another one
   */
  constructor(sql: Sql, patienceMs?: number, onNewRun?: () => void) {
    this.#sql = sql
    this.#moments = new Moments(sql, patienceMs, () => {
      this.forget()
      onNewRun?.()
    })
  }

  /** Removes all remembered rows: the database may be another one than they were read from. */
  forget(): void {
    this.#seen.clear()
  }

  /** What stands at a name now; with its text only where that is wanted. */
  async whatStands(
    warehouseId: string,
    identifier: TableIdentifier,
    wanted: WantedText = noText,
  ): Promise<Resolved> {
    const id = nameKey(warehouseId, identifier)
    const seen = this.#seen.get(id)
    const mayStand = seen !== undefined && this.#moments.mayHold(seen.moment) && suffices(seen, wanted)
    if (mayStand && (await this.#moments.holds(seen.moment))) return seen.standing
    return await this.#ask(id, warehouseId, identifier, wanted)
  }

  #ask(
    id: string,
    warehouseId: string,
    identifier: TableIdentifier,
    { form, known }: WantedText,
  ): Promise<Resolved> {
    // Names and locations may have blanks: the length says where the one ends and the other begins.
    const text = `${form} ${id.length} ${id}${known ?? ''}`
    this.#askers += 1
    const shared = this.#waiting.get(text)
    if (shared) return shared.promise
    const { namespace, name } = identifier
    const key = { warehouseId, path: pathOf(namespace), name, form, known, seen: this.#seen.get(id) ?? null }
    const waiting = { id, key, ...Promise.withResolvers<Resolved>() }
    this.#waiting.set(text, waiting)
    this.#schedule()
    return waiting.promise
  }

  /** Who asks first waits for those of the same turn, and if there were others, for those of the next. */
  #schedule(): void {
    if (this.#scheduled || this.#running.length === maxRunning) return
    this.#scheduled = true
    const first = this.#askers
    const send = (): void => {
      this.#scheduled = false
      this.#send()
    }
    setImmediate(() => {
      if (this.#askers === first) send()
      else setImmediate(send)
    })
  }

  #send(): void {
    while (this.#running.length < maxRunning) {
      const batch = this.#take()
      if (batch.size === 0) return
      this.#running = [...this.#running, batch]
      void this.#run(batch)
    }
  }

  /** The next names to ask for, none of which is being asked for. */
  #take(): Batch {
    const [batch, rest]: readonly [Batch, Batch] = [new Map(), new Map()]
    for (const [text, waiting] of this.#waiting) {
      const mustWait = batch.size === maxBatch || this.#running.some((asked) => asked.has(text))
      ;(mustWait ? rest : batch).set(text, waiting)
    }
    this.#waiting = rest
    return batch
  }

  async #run(batch: Batch): Promise<void> {
    const waiting = [...batch.values()]
    const keys = waiting.map(({ key }) => key)
    try {
      // The database gets what came meanwhile before anybody is answered, and works on that at the same time.
      const { moment, answers } = await resolveRelations(this.#sql, keys).finally(() => this.#finish(batch))
      this.#moments.hear(moment)
      for (const [index, { id, key, resolve, reject }] of waiting.entries()) {
        const answer = answers[index]
        if (answer === undefined) {
          reject(new Error('the store left out a name'))
          continue
        }
        if (key.seen !== null || this.#recurring.again(id)) this.#seen.set(id, answer.seen)
        resolve(answer.resolved)
      }
    } catch (error) {
      for (const { reject } of waiting) reject(error)
    }
  }

  #finish(batch: Batch): void {
    this.#running = this.#running.filter((running) => running !== batch)
    this.#send()
  }
}

/** Whether an answer needs no text but one that is here. */
function suffices({ standing: { relation } }: Seen, { form, known }: WantedText): boolean {
  return form === 'none' || relation === null || metadataKeyOf(relation) === known
}
