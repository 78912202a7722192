import { forgetDropped, lockDue, startPurges } from '../store/dropped-relations.ts'
import { deleteGrantsOn } from '../store/grants.ts'
import type { Sql } from '../store/sql.ts'
import type { Sweep } from './jobs.ts'
import { ownEvent } from './own-event.ts'

const batchSize = 100

/**
 * Ends the retention of dropped tables and views. If the drop requested a purge, starts a job that deletes the
 * files. Otherwise deletes only the row, which releases the location and keeps the files.
 */
export function expireSweep(sql: Sql): Sweep {
  return {
    name: 'expire',
    everyMs: 0,
    async run(signal) {
      while ((await expireBatch(sql)) === batchSize) signal.throwIfAborted()
    },
  }
}

async function expireBatch(sql: Sql): Promise<number> {
  return sql.transaction(async (tx) => {
    const due = await lockDue(tx, batchSize)
    const purged = due.filter(({ purge }) => purge)
    const forgotten = due.filter(({ purge }) => !purge)
    if (purged.length > 0)
      await startPurges(
        tx,
        purged.map(({ id }) => id),
      )
    if (forgotten.length > 0) {
      const ids = forgotten.map(({ id }) => id)
      const detail = { files: 'kept' }
      const events = forgotten.map(({ id, object }) =>
        ownEvent({ operation: 'expireRelation', relationId: id, object, detail }),
      )
      await forgetDropped(tx, ids, events)
      await deleteGrantsOn(tx, ids)
    }
    return due.length
  })
}
