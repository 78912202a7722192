import { decodeRenameRequest } from '@headgate/iceberg/rest'
import { rename } from '../catalog/rename-relation.ts'
import type { Answer, Call } from '../http/operation.ts'
import { idempotent } from '../idempotency/idempotent.ts'
import type { RelationKind } from '../store/relations.ts'
import { allowInWarehouse } from './admission.ts'
import { noContent } from './answers.ts'
import { commonPolicyVersion } from './common-policy-version.ts'
import { findPlace, findRelation, warehouseOf } from './find.ts'
import type { IcebergParts } from './parts.ts'
import { ridersOf } from './riders.ts'

/** Needs `manage` on the relation and `create` on the namespace that it goes to. */
export async function renameRelation(parts: IcebergParts, call: Call, kind: RelationKind): Promise<Answer> {
  const warehouse = await warehouseOf(parts, call)
  await allowInWarehouse(parts, call, warehouse)
  const { source, destination } = decodeRenameRequest(await call.json(), parts.nameLimits)
  return idempotent(
    parts.idempotency,
    call,
    async (keep) => {
      const from = await findRelation(parts, call, { warehouse, identifier: source }, kind, 'manage', 'none')
      const { object, securable } = call.audit
      const to = await findPlace(parts, call, { warehouse, identifier: destination })
      // Both decisions must hold when the rename is committed, and the statement compares one version.
      const policyVersion = commonPolicyVersion(from.decision, to.decision)
      call.audit.detail = { from: object, to: call.audit.object }
      if (object !== undefined) call.audit.object = object
      if (securable !== undefined) call.audit.securable = securable
      const riders = ridersOf(call, { ...from.decision, policyVersion }, keep(204, from.found.relation.id))
      await rename(parts, from.found, to.found, riders)
      return noContent
    },
    () => Promise.resolve(noContent),
  )
}
