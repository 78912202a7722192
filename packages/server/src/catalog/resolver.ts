import type { TableIdentifier } from '@headgate/iceberg/rest'
import { pathOf } from '../store/namespaces.ts'
import { type Resolved, type ResolveKey, resolveRelations } from '../store/relations.ts'
import type { Sql } from '../store/sql.ts'
import { nameKey } from './name-key.ts'

const maxBatch = 64
const maxRunning = 4

/** The text that is wanted with a name, and the metadata location of the one that is here already. */
export type WantedText = Pick<ResolveKey, 'form' | 'known'>

const noText: WantedText = { form: 'none', known: null }

interface Waiting {
  readonly key: ResolveKey
  readonly promise: Promise<Resolved>
  readonly resolve: (resolved: Resolved) => void
  readonly reject: (error: unknown) => void
}

/**
 * Resolves names with as few queries as there can be: names asked for in the same turn, and while earlier queries are
 * under way, share the next query; equal ones share its row. A name that is being asked for is not asked for again
 * until that answer is there, so a busy table costs one query at a time however many ask. No name ever joins a query that
 * was sent before it was asked for, so whoever saw a commit acknowledged reads that commit.
 */
export class Resolver {
  readonly #sql: Sql
  #waiting = new Map<string, Waiting>()
  readonly #asked = new Set<string>()
  #running = 0
  #scheduled = false

  constructor(sql: Sql) {
    this.#sql = sql
  }

  /** What stands at a name now; with its text only where that is wanted. */
  whatStands(
    warehouseId: string,
    identifier: TableIdentifier,
    { form, known }: WantedText = noText,
  ): Promise<Resolved> {
    const text = `${nameKey(warehouseId, identifier)} ${form} ${known ?? ''}`
    const shared = this.#waiting.get(text)
    if (shared) return shared.promise
    const { namespace, name } = identifier
    const key = { warehouseId, path: pathOf(namespace), name, form, known }
    const waiting = { key, ...Promise.withResolvers<Resolved>() }
    this.#waiting.set(text, waiting)
    if (!this.#scheduled && this.#running < maxRunning) {
      this.#scheduled = true
      setImmediate(() => {
        this.#scheduled = false
        this.#send()
      })
    }
    return waiting.promise
  }

  #send(): void {
    while (this.#running < maxRunning) {
      const batch = this.#take()
      if (batch.size === 0) return
      this.#running += 1
      void this.#run([...batch.values()]).finally(() => {
        this.#running -= 1
        for (const text of batch.keys()) this.#asked.delete(text)
        this.#send()
      })
    }
  }

  /** The next names to ask for, none of which is being asked for. */
  #take(): Map<string, Waiting> {
    const batch = new Map<string, Waiting>()
    for (const [text, waiting] of this.#waiting) {
      if (batch.size === maxBatch) break
      if (this.#asked.has(text)) continue
      batch.set(text, waiting)
      this.#waiting.delete(text)
      this.#asked.add(text)
    }
    return batch
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    try {
      const rows = await resolveRelations(
        this.#sql,
        batch.map((waiting) => waiting.key),
      )
      for (const [index, waiting] of batch.entries()) {
        const row = rows[index]
        if (row) waiting.resolve(row)
        else waiting.reject(new Error('the store left out a name'))
      }
    } catch (error) {
      for (const waiting of batch) waiting.reject(error)
    }
  }
}
