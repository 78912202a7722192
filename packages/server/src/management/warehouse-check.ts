import { requireWarehouse, type Warehouse, type WarehouseRow } from '../catalog/warehouses.ts'
import { z } from 'zod'
import { administersStorage } from '../access/administers-storage.ts'
import { checkStorage } from '../catalog/check-storage.ts'
import { compareStores, type CompareStoresDeps } from '../catalog/compare-stores.ts'
import type { Finding } from '../catalog/finding.ts'
import { findHeldPurges } from '../catalog/held-purges.ts'
import { openProfile } from '../catalog/storage-secret.ts'
import { warehouseChain } from '../catalog/warehouses.ts'
import type { Call } from '../operation/operation.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { checkAudience } from '../upstream/check-audience.ts'
import { checkCredentials } from '../upstream/check-credentials.ts'
import { checkConnection } from '../upstream/check-connection.ts'
import { toObject, requireOpenWarehouse, warehouseParams } from './find-object.ts'
import type { WarehouseApiDeps } from './warehouse-deps.ts'
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
      .describe(
        'Name of the test: upstream, configuration, namespaces, credentials, reader, storage, endpoint, clock, write, read, list, delete, store, purge, vend, sign, inside, outside.',
      ),
    ok: z.boolean(),
    message: z.string().describe('Result of the test and, if the test failed, the change to make.'),
  })
  .meta({ id: 'Finding' })

const report = z
  .strictObject({
    ok: z.boolean().describe('Everything is.'),
    findings: z.array(finding),
    clientEndpoint: z
      .string()
      .nullable()
      .describe('Endpoint of the storage for clients. Test from a client whether the endpoint responds.'),
  })
  .meta({ id: 'WarehouseCheck' })

/** Returns the operation that tests the storage of a warehouse before it is used. */
export function warehouseCheckOperations(deps: WarehouseApiDeps): readonly ManagementOperation[] {
  const check = defineOperation({
    id: 'checkWarehouse',
    method: 'POST',
    path: '/management/v1/warehouses/:warehouse/check',
    subject: 'warehouses',
    summary:
      'Tests everything that a warehouse requires of its storage. Each failed test states what to change.',
    params: warehouseParams,
    response: {
      status: 200,
      schema: report,
      description: 'Results of all tests. The status is 200 even if a test failed.',
    },
    async run({ params }, call) {
      const row = await requireWarehouse(deps.sql, params.warehouse)
      permitAny(call, toObject(row), ['manage', 'administer-storage'])
      const profile = openProfile(deps.master, row)
      const warehouse = await requireOpenWarehouse(deps, params.warehouse)
      const findings: Finding[] = [
        ...(row.kind === 'upstream' ? await checkUpstream(deps, row, warehouse, call) : []),
        ...(await checkStorage(warehouse, profile, call.signal, deps.endpoints)),
      ]
      const mayName: CompareStoresDeps['mayName'] = (one) =>
        administersStorage(call.policy, warehouseChain(one))
      if (findings.every(({ ok }) => ok)) {
        const compared = { id: row.id, name: row.name, profile, opened: warehouse }
        const { sql, master, endpoints: guard, now } = deps
        findings.push(...(await compareStores({ sql, master, guard, now, mayName }, compared, call.signal)))
      }
      findings.push(...(await findHeldPurges({ sql: deps.sql, mayName }, row.id)))
      const vended = await deps.checkVending?.(warehouse, call)
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

/**
 * Tests the connection to the upstream of a warehouse and, if it succeeds, the audience of assertions and the storage
 * credentials.
 */
async function checkUpstream(
  { upstreams }: Pick<WarehouseApiDeps, 'upstreams'>,
  row: WarehouseRow,
  warehouse: Warehouse,
  call: Call,
): Promise<Finding[]> {
  const findings = await checkConnection(upstreams, row, call, call.signal)
  if (findings.some(({ ok }) => !ok)) return findings
  return [
    ...findings,
    ...(await checkAudience(upstreams, row, call, call.signal)),
    ...(await checkCredentials(upstreams, warehouse, call, call.signal)),
  ]
}
