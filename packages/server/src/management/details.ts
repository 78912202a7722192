import { z } from 'zod'
import { defineOperation, type ManagementOperation } from './define.ts'
import {
  objectName,
  levels,
  requireNamespace,
  requireRelation,
  requireManagedWarehouse,
  warehouseParams,
} from './find-object.ts'
import type { WarehouseApiDeps } from './warehouse-deps.ts'
import { permit } from './permit.ts'
import { findOwnerName } from '../directory/owner-name.ts'
import { id, ownerField } from './schemas.ts'

const namespaceView = z
  .strictObject({
    id,
    namespace: z.array(z.string()),
    ownerId: id,
    owner: ownerField,
    protected: z.boolean(),
    properties: z.record(z.string(), z.string()),
  })
  .meta({ id: 'Namespace' })

const relationView = z
  .strictObject({
    id: id.describe('Id of the object on this server; a rename does not change it.'),
    namespace: z.array(z.string()),
    name: z.string(),
    kind: z.enum(['table', 'view', 'lance-table']),
    uuid: id.describe('UUID in the metadata of the table or view.'),
    version: z.int().describe('Number that each commit and each rename increments.'),
    location: z.string(),
    metadataLocation: z.string(),
    ownerId: id,
    owner: ownerField,
    protected: z.boolean(),
  })
  .meta({ id: 'Relation' })

/**
 * Returns the operations that show owner and protection of namespaces, tables and views, which the Iceberg API does not
 * contain.
 */
export function detailOperations(deps: WarehouseApiDeps): readonly ManagementOperation[] {
  const common = { method: 'GET', params: warehouseParams, lists: ['namespace'] } as const

  const namespace = defineOperation({
    ...common,
    id: 'getNamespaceDetails',
    path: '/management/v1/warehouses/:warehouse/namespace',
    subject: 'namespaces',
    summary: 'Shows a namespace with its owner and protection.',
    query: z.strictObject({ namespace: levels }),
    response: { status: 200, schema: namespaceView, description: 'The namespace.' },
    async run({ params, query }, call) {
      const { found, object } = await requireNamespace(
        deps,
        call.policy,
        await requireManagedWarehouse(deps, params.warehouse),
        query.namespace,
      )
      permit(call, object)
      const { id, ownerId, properties, protected: guarded } = found.row
      const owner = await findOwnerName(deps.sql, ownerId)
      const levelsOfIt = [...found.levels]
      return { id, namespace: levelsOfIt, ownerId, owner, protected: guarded, properties: { ...properties } }
    },
  })

  const relation = defineOperation({
    ...common,
    id: 'getRelationDetails',
    path: '/management/v1/warehouses/:warehouse/relation',
    subject: 'relations',
    summary: 'Shows a table or view with its ids, owner, protection and location.',
    query: z.strictObject({ namespace: levels, relation: objectName }),
    response: { status: 200, schema: relationView, description: 'The table or view.' },
    async run({ params, query }, call) {
      const warehouse = await requireManagedWarehouse(deps, params.warehouse)
      const { found, object } = await requireRelation(
        deps,
        call.policy,
        warehouse,
        query.namespace,
        query.relation,
      )
      permit(call, object)
      const { relation, identifier } = found
      const { id, kind, uuid, version, location, metadataLocation, ownerId, protected: guarded } = relation
      const at = { namespace: [...identifier.namespace], name: identifier.name }
      const owner = await findOwnerName(deps.sql, ownerId)
      return {
        id,
        ...at,
        kind,
        uuid,
        version,
        location,
        metadataLocation,
        ownerId,
        owner,
        protected: guarded,
      }
    },
  })

  return [namespace, relation]
}
