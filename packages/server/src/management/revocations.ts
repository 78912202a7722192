import { HeadgateError } from '@headgate/errors'
import { z } from 'zod'
import { Stale } from '../catalog/stale.ts'
import type { Call } from '../http/operation.ts'
import { revokeRelation, revokeWarehouse } from '../store/revocations.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import {
  asObject,
  lakeName,
  levels,
  relationOf,
  warehouseOf,
  warehouseParams,
  warehouseRow,
} from './find-in-lake.ts'
import type { LakeParts } from './lake-parts.ts'
import { permit, ridersFor } from './permit.ts'
import { instant, instantOf } from './schemas.ts'

const body = z
  .strictObject({ namespace: levels.optional(), table: lakeName.optional() })
  .refine(
    ({ namespace, table }) => (namespace === undefined) === (table === undefined),
    'a table needs its namespace, and access to a namespace as a whole cannot be revoked',
  )
  .meta({ id: 'Revocation' })

/** Ends storage access that was handed out before its time is over. Whoever still has the right gets it anew. */
export function revocationOperations(parts: LakeParts): readonly ManagementOperation[] {
  async function ofWarehouse(call: Call, name: string): Promise<number> {
    const row = await warehouseRow(parts, name)
    const decision = permit(call, asObject(row))
    const from = await revokeWarehouse(parts.sql, row.id, parts.now(), ridersFor(call, decision))
    if (from === null) throw new Stale()
    parts.warehouses.forget()
    return from
  }

  async function ofTable(
    call: Call,
    name: string,
    namespace: readonly string[],
    table: string,
  ): Promise<number> {
    const warehouse = await warehouseOf(parts, name)
    const { found, object } = await relationOf(parts, call.policy, warehouse, namespace, table)
    const decision = permit(call, object)
    if (found.relation.kind !== 'table')
      throw new HeadgateError('bad-request', 'A view has no storage of its own: there is nothing to revoke.')
    const from = await revokeRelation(parts.sql, found.relation.id, parts.now(), ridersFor(call, decision))
    if (from === null) throw new Stale()
    return from
  }

  const revoke = defineOperation({
    id: 'revokeAccess',
    method: 'POST',
    path: '/management/v1/warehouses/:warehouse/revoke-access',
    subject: 'warehouses',
    summary:
      'Ends the storage access and refresh tokens that were handed out for a table, or for all of the warehouse.',
    params: warehouseParams,
    body,
    answer: {
      status: 200,
      schema: z.strictObject({ notBefore: instant.describe('What was handed out before is over.') }),
      description:
        'It is revoked. What a store itself has given out (modes sts and static) lives until its own end.',
    },
    async run({ params, body }, call) {
      const { namespace, table } = body
      const from =
        namespace === undefined || table === undefined
          ? await ofWarehouse(call, params.warehouse)
          : await ofTable(call, params.warehouse, namespace, table)
      return { notBefore: instantOf(from) }
    },
  })

  return [revoke]
}
