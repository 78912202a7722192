import { z } from 'zod'
import { grantableLocation } from '../catalog/granted-locations.ts'
import { grantLocation, listNamespaceLocations, revokeLocation } from '../directory/granted-locations.ts'
import { requestChange } from './administer.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { levels, requireNamespace, requireManagedWarehouse, warehouseParams } from './find-object.ts'
import type { WarehouseApiDeps } from './warehouse-deps.ts'
import { readPage } from './paging.ts'
import { permit } from './permit.ts'
import { changedView } from './role-members.ts'
import { instant, formatInstant, nextPageToken, pageParameters } from './schemas.ts'

const locationView = z
  .strictObject({ location: z.string(), grantedAt: instant })
  .meta({ id: 'NamespaceLocation' })

const body = z
  .strictObject({
    namespace: levels,
    location: z
      .string()
      .min(1)
      .max(4_096)
      .describe('Granted location. The grant includes everything below the location.'),
  })
  .meta({ id: 'NamespaceLocationRequest' })

const path = '/management/v1/warehouses/:warehouse/namespace/locations'

/**
 * Returns the operations for granted locations, which tables and views of a namespace may use although the
 * locations contain files. A grant and a revocation increment the policy version, so that a request that was
 * authorized before a revocation cannot be committed after it.
 */
export function namespaceLocationOperations(deps: WarehouseApiDeps): readonly ManagementOperation[] {
  const { sql, pageTokens } = deps
  const subject = 'namespaces'
  const response = { status: 200, schema: changedView, description: 'Whether anything changed.' } as const
  const common = { subject, params: warehouseParams } as const

  const list = defineOperation({
    ...common,
    id: 'listNamespaceLocations',
    method: 'GET',
    path,
    summary:
      'Lists the locations that are granted to a namespace itself, without those of its parent namespaces.',
    query: z.strictObject({ namespace: levels, ...pageParameters }),
    lists: ['namespace'],
    response: {
      status: 200,
      schema: z.strictObject({ locations: z.array(locationView), nextPageToken }),
      description: 'One page.',
    },
    async run({ params, query }, call) {
      const { namespace, pageToken, pageSize } = query
      const warehouse = await requireManagedWarehouse(deps, params.warehouse)
      const { found, object } = await requireNamespace(deps, call.policy, warehouse, namespace)
      permit(call, object, 'use')
      const { id } = found.row
      const { rows, nextPageToken } = await readPage(
        pageTokens,
        { list: JSON.stringify(['namespace-locations', id]), pageToken, pageSize },
        ([after = null], limit) => listNamespaceLocations(sql, id, { after, limit }),
        ({ location }) => [location],
      )
      const locations = rows.map(({ location, grantedAt }) => ({
        location,
        grantedAt: formatInstant(grantedAt),
      }))
      return { locations, nextPageToken }
    },
  })

  const grant = defineOperation({
    ...common,
    id: 'grantNamespaceLocation',
    method: 'POST',
    path,
    summary:
      'Grants a location to a namespace: tables and views of the namespace and its child namespaces may use the location although it contains files, unless it belongs to another table or view. The grant is deleted with the namespace.',
    body,
    errors: {
      conflict: 'The namespace has the maximum number of locations.',
    },
    response,
    async run({ params, body }, call) {
      const warehouse = await requireManagedWarehouse(deps, params.warehouse)
      const { found, object } = await requireNamespace(deps, call.policy, warehouse, body.namespace)
      call.audit.detail = { location: body.location }
      const decision = permit(call, object, 'administer-storage')
      const location = grantableLocation(warehouse, body.location)
      return {
        changed: await grantLocation(deps, requestChange(call, decision), found, location),
      }
    },
  })

  const revoke = defineOperation({
    ...common,
    id: 'revokeNamespaceLocation',
    method: 'POST',
    path: `${path}/revoke`,
    summary:
      'Revokes the grant of exactly this location to a namespace. Existing tables and views in the location remain.',
    body,
    response,
    async run({ params, body }, call) {
      const warehouse = await requireManagedWarehouse(deps, params.warehouse)
      const { found, object } = await requireNamespace(deps, call.policy, warehouse, body.namespace)
      call.audit.detail = { location: body.location }
      const decision = permit(call, object, 'administer-storage')
      return {
        changed: await revokeLocation(deps, requestChange(call, decision), found, body.location),
      }
    },
  })

  return [list, grant, revoke]
}
