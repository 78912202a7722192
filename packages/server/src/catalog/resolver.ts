import type { Sql } from '../store/sql.ts'
import { type Resolved, type ResolveKey, resolveRelations } from '../store/relations.ts'

const maxBatch = 64
const maxRunning = 4

interface Waiting {
  readonly key: ResolveKey
  readonly promise: Promise<Resolved>
  readonly resolve: (resolved: Resolved) => void
  readonly reject: (error: unknown) => void
}

/**
 * Resolves names with as few queries as there can be: names asked for in the same turn, and while earlier queries are
 * under way, share the next query; equal ones share its row. No name ever joins a query that was sent before it was
 * asked for, so whoever saw a commit acknowledged reads that commit.
 */
export class Resolver {
  readonly #sql: Sql
  #waiting = new Map<string, Waiting>()
  #running = 0
  #scheduled = false

  constructor(sql: Sql) {
    this.#sql = sql
  }

  resolve(key: ResolveKey): Promise<Resolved> {
    const text = `${key.warehouseId}\u001e${key.path}\u001e${key.name}\u001e${key.form}\u001e${key.known ?? ''}`
    const shared = this.#waiting.get(text)
    if (shared) return shared.promise
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
    while (this.#waiting.size > 0 && this.#running < maxRunning) {
      const batch: Waiting[] = []
      for (const [text, waiting] of this.#waiting) {
        if (batch.length === maxBatch) break
        batch.push(waiting)
        this.#waiting.delete(text)
      }
      this.#running += 1
      void this.#run(batch).finally(() => {
        this.#running -= 1
        this.#send()
      })
    }
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
