import { z } from 'zod'
import { countObjects } from '../catalog/count-objects.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { levels, requireNamespace, requireOpenWarehouse, toObject, warehouseParams } from './find-object.ts'
import { permit } from './permit.ts'
import type { WarehouseApiDeps } from './warehouse-deps.ts'

/** Maximum number of counted namespaces, and of counted tables and views. */
const maxCounted = 1_000_000

/** Returns the operation that counts the objects of a warehouse or a namespace. */
export function objectCountOperations(deps: WarehouseApiDeps): readonly ManagementOperation[] {
  return [
    defineOperation({
      id: 'countObjects',
      method: 'GET',
      path: '/management/v1/warehouses/:warehouse/counts',
      subject: 'warehouses',
      summary: 'Counts the namespaces, tables and views of a warehouse, or those directly in a namespace.',
      params: warehouseParams,
      query: z.strictObject({ namespace: levels.optional() }),
      lists: ['namespace'],
      response: {
        status: 200,
        schema: z.strictObject({
          namespaces: z.int(),
          tables: z.int(),
          views: z.int(),
          lanceTables: z.int(),
          complete: z
            .boolean()
            .describe(
              `False: the server counts ${maxCounted.toLocaleString('en-US')} objects at most, and there are more.`,
            ),
        }),
        description: 'The counts. Dropped tables and views are not counted.',
      },
      async run({ params, query: { namespace } }, call) {
        const warehouse = await requireOpenWarehouse(deps, params.warehouse)
        const object =
          namespace === undefined
            ? toObject(warehouse)
            : (await requireNamespace(deps, call.policy, warehouse, namespace)).object
        permit(call, object)
        const kind = namespace === undefined ? 'warehouse' : 'namespace'
        const { namespaces, relations } = await countObjects(deps.sql, kind, object.id, maxCounted)
        const of = (kind: string): number => relations.find((each) => each.kind === kind)?.count ?? 0
        const [tables, views, lanceTables] = [of('table'), of('view'), of('lance-table')]
        const complete = namespaces < maxCounted && tables + views + lanceTables < maxCounted
        return { namespaces, tables, views, lanceTables, complete }
      },
    }),
  ]
}
