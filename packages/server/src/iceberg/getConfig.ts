import { HeadgateError } from '@headgate/errors'
import { operation, type OperationId } from '@headgate/iceberg/rest'
import { decideConfig, listFilter, serverChain, shownIn } from '../access/decide.ts'
import { fillPage } from '../access/fill-page.ts'
import { settableOf } from '../catalog/client-properties.ts'
import { type Warehouse, warehouseChain } from '../catalog/warehouses.ts'
import type { Answer, Call, Operation } from '../http/operation.ts'
import { listWarehouses, type WarehouseRow } from '../store/warehouses.ts'
import { jsonAnswer } from './answers.ts'
import { allowConfig, missingWarehouse } from './find.ts'
import type { IcebergParts } from './parts.ts'
import { route } from './route.ts'

/** What a client must know before anything else: the prefix of its warehouse, and which operations there are. */
export function getConfig(parts: IcebergParts, served: readonly OperationId[]): Operation {
  const endpoints = served.map((id) => operation(id).endpoint)
  const answer = async (call: Call): Promise<Answer> => {
    const warehouse = await named(parts, call)
    allowConfig(call, warehouse)
    return jsonAnswer({
      defaults: { ...warehouse.hints, ...settableOf(warehouse.defaults) },
      overrides: {
        ...settableOf(warehouse.overrides),
        prefix: warehouse.name,
        'namespace-separator': parts.namespaceSeparator,
      },
      endpoints,
      'idempotency-key-lifetime': `PT${parts.idempotency.lifetimeSeconds}S`,
    })
  }
  return route('getConfig', answer, { needsNoUser: () => true })
}

async function named(parts: IcebergParts, call: Call): Promise<Warehouse> {
  const name = call.query.get('warehouse') ?? (await onlyOne(parts, call))
  const warehouse = await parts.warehouses.get(name)
  if (warehouse === null) throw missingWarehouse(name)
  return warehouse
}

/** The warehouse of a client that names none: the default one, else the only one it can see. */
async function onlyOne(parts: IcebergParts, call: Call): Promise<string> {
  const usual = await parts.warehouses.get(parts.defaultWarehouse)
  if (usual !== null && decideConfig(call.policy, warehouseChain(usual)).outcome === 'allow')
    return usual.name
  const filter = listFilter(call.policy, serverChain)
  const { within } = filter
  const [ids, owners] = filter.all ? [null, []] : [filter.ids, [filter.principalId]]
  const [first, ...others] = await fillPage(
    2,
    (after, limit) => listWarehouses(parts.sql, { after: after?.name ?? null, ids, owners, within, limit }),
    shownIn<WarehouseRow>(call.policy, (row) => warehouseChain(row).names),
    call.signal,
  )
  if (first !== undefined && others.length === 0) return first.name
  throw new HeadgateError('bad-request', 'Name the warehouse: set the client property "warehouse".')
}
