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
/** Minimum age in ms of the files that are removed. No engine keeps an upload open for this time. */
const olderThan = 7 * dayMs
const pageSize = 100

/**
 * Removes files that killed processes left in warehouses on local disk: incomplete files, and parts of uploads
 * that were never completed.
 */
export function storageSweep({ sql, warehouses, log }: StorageSweepOptions): Sweep {
  async function sweepOne(name: string, signal: AbortSignal): Promise<void> {
    try {
      const removed = await (await warehouses.get(name))?.storage.sweep?.({ olderThan, signal })
      if (removed !== undefined && removed.files + removed.uploads > 0)
        log.info({ warehouse: name, ...removed }, 'incomplete files of killed processes were removed')
    } catch (err) {
      signal.throwIfAborted()
      // The error is only logged, so that the sweep continues with the other warehouses.
      log.warn({ err, warehouse: name }, 'incomplete files of killed processes could not be removed')
    }
  }

  return {
    name: 'storage',
    everyMs: dayMs,
    // A listing of a large directory may take long, and a disk may not respond.
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
        // Object stores remove uploads by their own lifecycle rules.
        for (const { name, storage } of page) if (storage['type'] === 'file') await sweepOne(name, signal)
        after = page.length === pageSize ? page.at(-1)?.name : undefined
      }
    },
  }
}
