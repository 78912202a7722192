import { z } from 'zod'
import { grantableLocation, grantLocation, revokeLocation } from '../catalog/granted-locations.ts'
import { listNamespaceLocations } from '../store/namespace-locations.ts'
import { changePolicy } from './administer.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { levels, namespaceOf, warehouseOf, warehouseParams } from './find-in-lake.ts'
import type { LakeParts } from './lake-parts.ts'
import { readPage } from './paging.ts'
import { permit } from './permit.ts'
import { changedView } from './role-members.ts'
import { instant, instantOf, nextPageToken, pageParameters } from './schemas.ts'

const locationView = z
  .strictObject({ location: z.string(), grantedAt: instant })
  .meta({ id: 'NamespaceLocation' })

const body = z
  .strictObject({
    namespace: levels,
    location: z.string().min(1).max(4_096).describe('A location with all that lies below it.'),
  })
  .meta({ id: 'NamespaceLocationRequest' })

const path = '/management/v1/warehouses/:warehouse/namespace/locations'

/**
 * Places that tables and views of a namespace may use although files lie there. Both changes give the policy a new version,
 * so that a request that was decided before a revocation cannot commit after it.
 */
export function namespaceLocationOperations(parts: LakeParts): readonly ManagementOperation[] {
  const { sql, pageTokens } = parts
  const subject = 'namespaces'
  const answer = { status: 200, schema: changedView, description: 'Whether anything changed.' } as const
  const common = { subject, params: warehouseParams } as const

  const list = defineOperation({
    ...common,
    id: 'listNamespaceLocations',
    method: 'GET',
    path,
    summary: 'Lists the places that are granted to a namespace itself, not those of namespaces around it.',
    query: z.strictObject({ namespace: levels, ...pageParameters }),
    lists: ['namespace'],
    answer: {
      status: 200,
      schema: z.strictObject({ locations: z.array(locationView), nextPageToken }),
      description: 'One page.',
    },
    async run({ params, query }, call) {
      const { namespace, pageToken, pageSize } = query
      const warehouse = await warehouseOf(parts, params.warehouse)
      const { found, object } = await namespaceOf(parts, call.policy, warehouse, namespace)
      permit(call, object, 'use')
      const { id } = found.row
      const { rows, nextPageToken } = await readPage(
        pageTokens,
        { list: JSON.stringify(['namespace-locations', id]), pageToken, pageSize },
        ([after = null], limit) => listNamespaceLocations(sql, id, { after, limit }),
        ({ location }) => [location],
      )
      const locations = rows.map(({ location, grantedAt }) => ({ location, grantedAt: instantOf(grantedAt) }))
      return { locations, nextPageToken }
    },
  })

  const grant = defineOperation({
    ...common,
    id: 'grantNamespaceLocation',
    method: 'POST',
    path,
    summary:
      'Lets tables and views of a namespace, and of namespaces in it, use a place that holds files, unless it belongs to another table or view. The grant is deleted with the namespace.',
    body,
    answer,
    async run({ params, body }, call) {
      const warehouse = await warehouseOf(parts, params.warehouse)
      const { found, object } = await namespaceOf(parts, call.policy, warehouse, body.namespace)
      call.audit.detail = { location: body.location }
      const decision = permit(call, object, 'administer-storage')
      const location = grantableLocation(warehouse, body.location)
      return {
        changed: await changePolicy(parts, call, decision, (tx) => grantLocation(tx, found, location)),
      }
    },
  })

  const revoke = defineOperation({
    ...common,
    id: 'revokeNamespaceLocation',
    method: 'POST',
    path: `${path}/revoke`,
    summary: 'Revokes the grant of exactly this place to a namespace. Tables and views that lie there stay.',
    body,
    answer,
    async run({ params, body }, call) {
      const warehouse = await warehouseOf(parts, params.warehouse)
      const { found, object } = await namespaceOf(parts, call.policy, warehouse, body.namespace)
      call.audit.detail = { location: body.location }
      const decision = permit(call, object, 'administer-storage')
      return {
        changed: await changePolicy(parts, call, decision, (tx) => revokeLocation(tx, found, body.location)),
      }
    },
  })

  return [list, grant, revoke]
}
