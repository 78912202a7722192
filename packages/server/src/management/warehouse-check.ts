import { z } from 'zod'
import { checkStorage } from '../catalog/check-storage.ts'
import type { Finding } from '../catalog/finding.ts'
import { openProfile } from '../catalog/storage-secret.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { asObject, warehouseOf, warehouseParams, warehouseRow } from './find-in-lake.ts'
import type { LakeParts } from './lake-parts.ts'
import { permitAny } from './permit.ts'

interface FindingView {
  readonly name: string
  readonly ok: boolean
  readonly message: string
}

const finding: z.ZodType<FindingView> = z
  .strictObject({
    name: z
      .string()
      .describe('What was tried: endpoint, clock, write, read, list, delete, vend, sign, inside, outside.'),
    ok: z.boolean(),
    message: z.string().describe('What was seen; when it is not ok, what to change.'),
  })
  .meta({ id: 'Finding' })

const report = z
  .strictObject({
    ok: z.boolean().describe('Everything is.'),
    findings: z.array(finding),
    clientEndpoint: z
      .string()
      .nullable()
      .describe('Where clients are told to find the storage: try from their side whether it answers there.'),
  })
  .meta({ id: 'WarehouseCheck' })

/** Proves the storage of a warehouse before somebody relies on it. */
export function warehouseCheckOperations(parts: LakeParts): readonly ManagementOperation[] {
  const check = defineOperation({
    id: 'checkWarehouse',
    method: 'POST',
    path: '/management/v1/warehouses/:warehouse/check',
    subject: 'warehouses',
    summary: 'Tries out everything that a warehouse needs of its storage, and says of each what to change.',
    params: warehouseParams,
    answer: { status: 200, schema: report, description: 'What was found, also when not everything is ok.' },
    async run({ params }, call) {
      const row = await warehouseRow(parts, params.warehouse)
      permitAny(call, asObject(row), ['manage', 'administer-storage'])
      const profile = openProfile(parts.master, row)
      const warehouse = await warehouseOf(parts, params.warehouse)
      const findings: Finding[] = await checkStorage(warehouse, profile, call.signal, parts.endpoints)
      const vended = await parts.checkVending?.(warehouse, call)
      findings.push(...(vended?.findings ?? []))
      return {
        ok: findings.every(({ ok }) => ok),
        findings,
        clientEndpoint: vended?.clientEndpoint ?? warehouse.hints['s3.endpoint'] ?? null,
      }
    },
  })

  return [check]
}
