import type { Warehouses } from '../catalog/warehouses.ts'
import type { Log } from '../log.ts'
import type { Sql } from '../store/sql.ts'
import { listWarehouses } from '../store/warehouses.ts'
import type { Sweep } from './jobs.ts'

export interface StorageSweepOptions {
  readonly sql: Sql
  readonly warehouses: Pick<Warehouses, 'get'>
  readonly log: Log
}

const dayMs = 86_400_000
/** Longer than any job holds an upload open, whose parts it may have sent in its first minutes. */
const olderThan = 7 * dayMs
const pageSize = 100

/** Removes what killed writers left in directories: half-written files, and uploads that nobody will complete. */
export function storageSweep({ sql, warehouses, log }: StorageSweepOptions): Sweep {
  async function sweepOne(name: string, signal: AbortSignal): Promise<void> {
    try {
      const removed = await (await warehouses.get(name))?.storage.sweep?.({ olderThan, signal })
      if (removed !== undefined && removed.files + removed.uploads > 0)
        log.info({ warehouse: name, ...removed }, 'what killed writers left was removed')
    } catch (err) {
      signal.throwIfAborted()
      // The storage of another one is none the worse for it.
      log.warn({ err, warehouse: name }, 'what killed writers left could not be removed')
    }
  }

  return {
    name: 'storage',
    everyMs: dayMs,
    // Directories may be large, and a disk may hang.
    takesLong: true,
    async run(signal) {
      for (let after: string | null | undefined = null; after !== undefined;) {
        const page = await listWarehouses(sql, {
          after,
          ids: null,
          owners: [],
          within: null,
          limit: pageSize,
        })
        // Other stores have rules of their own for that, and need not be opened.
        for (const { name, storage } of page) if (storage['type'] === 'file') await sweepOne(name, signal)
        after = page.length === pageSize ? page.at(-1)?.name : undefined
      }
    },
  }
}
