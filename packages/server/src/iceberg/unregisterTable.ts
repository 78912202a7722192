import { unregister } from '../catalog/drop-relation.ts'
import type { Operation } from '../http/operation.ts'
import { idempotent } from '../idempotency/idempotent.ts'
import { metadataAnswer, noContent } from './answers.ts'
import { findRelation, warehouseOf } from './find.ts'
import { relationParam } from './names.ts'
import type { IcebergParts } from './parts.ts'
import { ridersOf } from './riders.ts'
import { route } from './route.ts'

/** Forgets a table and hands its metadata over. */
export function unregisterTable(parts: IcebergParts): Operation {
  return route('unregisterTable', async (call) => {
    const at = { warehouse: await warehouseOf(parts, call), identifier: relationParam(parts, call, 'table') }
    return idempotent(
      parts.idempotency,
      call,
      async (keep) => {
        const { found, decision } = await findRelation(parts, call, at, 'table', 'manage')
        const text = await parts.bodies.plain(found, found.relation, 'all')
        await unregister(parts, found, ridersOf(call, decision, keep(200, found.relation.id)))
        call.audit.written = true
        return metadataAnswer({ location: found.relation.metadataLocation, text, config: null, etag: null })
      },
      // The table is gone, and with it what could be answered; that it is gone is what the client needs to know.
      () => Promise.resolve(noContent),
    )
  })
}
