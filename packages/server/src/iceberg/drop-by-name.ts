import { decodePurgeRequested } from '@headgate/iceberg/rest'
import { drop } from '../catalog/drop-relation.ts'
import type { Answer, Call } from '../http/operation.ts'
import { idempotent } from '../idempotency/idempotent.ts'
import type { RelationKind } from '../store/relations.ts'
import { noContent } from './answers.ts'
import { findRelation, warehouseOf } from './find.ts'
import { relationParam } from './names.ts'
import type { IcebergParts } from './parts.ts'
import { ridersOf } from './riders.ts'

/** Drops the table or view of the path. */
export async function dropByName(parts: IcebergParts, call: Call, kind: RelationKind): Promise<Answer> {
  const at = { warehouse: await warehouseOf(parts, call), identifier: relationParam(parts, call, kind) }
  const purge = decodePurgeRequested(call.query.get('purgeRequested') ?? undefined)
  return idempotent(
    parts.idempotency,
    call,
    async (keep) => {
      const { found, decision } = await findRelation(parts, call, at, kind, 'manage', 'none')
      const riders = ridersOf(call, decision, keep(204, found.relation.id))
      await drop(parts, { target: found, purge, principalId: call.identity.principal.id }, riders)
      if (purge) parts.wakeJobs()
      return noContent
    },
    () => Promise.resolve(noContent),
  )
}
