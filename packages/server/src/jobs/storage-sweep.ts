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
/** Longer than any job keeps an upload open. The upload may have received its last part in its first minutes. */
const olderThan = 7 * dayMs
const pageSize = 100

/** Removes files that killed writers left in directories: unfinished files, and uploads that will not be completed. */
export function storageSweep({ sql, warehouses, log }: StorageSweepOptions): Sweep {
  async function sweepOne(name: string, signal: AbortSignal): Promise<void> {
    try {
      const removed = await (await warehouses.get(name))?.storage.sweep?.({ olderThan, signal })
      if (removed !== undefined && removed.files + removed.uploads > 0)
        log.info({ warehouse: name, ...removed }, 'files of killed writers were removed')
    } catch (err) {
      signal.throwIfAborted()
      // The other warehouses are not affected.
      log.warn({ err, warehouse: name }, 'files of killed writers could not be removed')
    }
  }

  return {
    name: 'storage',
    everyMs: dayMs,
    // Directories may be large, and a disk may not respond.
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
        // Other stores have their own lifecycle rules for uploads, and need not be opened.
        for (const { name, storage } of page) if (storage['type'] === 'file') await sweepOne(name, signal)
        after = page.length === pageSize ? page.at(-1)?.name : undefined
      }
    },
  }
}
