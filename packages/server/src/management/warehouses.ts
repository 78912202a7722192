import { z } from 'zod'
import type { Policy } from '../access/policy.ts'
import { decide, listFilter, serverChain, shownIn } from '../access/decide.ts'
import { createWarehouse, defaultRetentionSeconds, deleteWarehouse } from '../catalog/change-warehouse.ts'
import { bucketOfDirectory } from '../catalog/check-vending.ts'
import { probeProfile } from '../catalog/probe-storage.ts'
import { listWarehouses, type WarehouseRow } from '../store/warehouses.ts'
import { warehouseChain } from '../catalog/warehouses.ts'
import type { VendingProfile } from '../catalog/vending-profile.ts'
import type { StorageProfile } from '../storage/storage-profile.ts'
import { checkClientProperties } from '../catalog/client-properties.ts'
import { checkEndpoints } from './check-endpoints.ts'
import { checkBorrower, checkLender } from './check-lender.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { warehouseViewOf } from './warehouse-view.ts'
import { asObject, theServer, warehouseParams, warehouseRow } from './find-in-lake.ts'
import type { LakeParts } from './lake-parts.ts'
import { readPage } from './paging.ts'
import { permit, permitAny, ridersFor } from './permit.ts'
import { id, nextPageToken, pageParameters } from './schemas.ts'
import { checkFileRoots, newWarehouse, profileOf, warehouseView } from './warehouse-schemas.ts'

const subject = 'warehouses'

const briefView = z
  .strictObject({
    id,
    name: z.string(),
    kind: z.enum(['managed', 'upstream']),
    protected: z.boolean(),
    location: z.string().nullable().describe('Its place; null for callers who do not manage it.'),
    vending: z.string().nullable().describe('The vending mode; null for callers who do not manage it.'),
  })
  .meta({ id: 'WarehouseName' })

function briefOf(row: WarehouseRow, policy: Policy): z.output<typeof briefView> {
  const { id, name, kind, protected: guarded } = row
  const brief = { id, name, kind, protected: guarded }
  if (decide(policy, warehouseChain(row), 'manage').outcome !== 'allow')
    return { ...brief, location: null, vending: null }
  return { ...brief, location: locationOf(row.storage), vending: textOf(row.vending['mode']) }
}

/** Returns the place of a warehouse as people write it: of a directory the directory itself, whatever clients see. */
function locationOf({ type, root, bucket, prefix }: WarehouseRow['storage']): string | null {
  if (type === 'file') return textOf(root)
  const name = textOf(bucket)
  if (type !== 's3' || name === null) return null
  return typeof prefix === 'string' ? `s3://${name}/${prefix}` : `s3://${name}`
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

export function warehouseOperations(parts: LakeParts): readonly ManagementOperation[] {
  const { sql, pageTokens } = parts

  const create = defineOperation({
    id: 'createWarehouse',
    method: 'POST',
    path: '/management/v1/warehouses',
    subject,
    summary:
      'Makes a warehouse at a place that no other warehouse has. The caller owns it and administers its storage.',
    body: newWarehouse,
    answer: { status: 201, schema: warehouseView, description: 'The warehouse.' },
    async run({ body }, call) {
      const decision = permit(call, theServer, 'create')
      const {
        name,
        allowedLocations = [],
        retentionSeconds = defaultRetentionSeconds,
        defaults = {},
        overrides = {},
      } = body
      checkClientProperties(defaults, overrides)
      const profile = profileOf(body.storage)
      const vending = body.vending ?? defaultVending(profile)
      checkBorrower(call, profile)
      checkLender(call, profile, vending)
      await parts.webIdentities?.check(profile, vending)
      checkFileRoots(profile, allowedLocations, parts.fileRoots)
      await checkEndpoints(parts, call, profile, vending)
      if (body.skipProbe !== true) await probeProfile(profile, parts.endpoints, call.signal)
      const settings = {
        allowedLocations,
        retentionSeconds,
        defaults,
        overrides,
        vending,
        protected: body.protected ?? false,
      }
      const ownerId = call.identity.principal.id
      // An anonymous caller has no row that a grant could refer to, and every privilege without one.
      const grantee = call.identity.method === 'anonymous' ? null : ownerId
      const created = await createWarehouse(parts, { name, profile, settings, ownerId, grantee }, (id) => {
        Object.assign(call.audit, {
          object: name,
          securable: { kind: 'warehouse', id },
          detail: { storage: profile.type, ...settings },
        })
        return ridersFor(call, decision)
      })
      // The notification arrives later, and the creator must hold the privilege as soon as the response is sent.
      parts.policies.saw(created.policyVersion)
      parts.warehouses.forget()
      return await warehouseViewOf(parts, await warehouseRow(parts, name))
    },
  })

  const list = defineOperation({
    id: 'listWarehouses',
    method: 'GET',
    path: '/management/v1/warehouses',
    subject,
    summary: 'Lists the warehouses that the caller may use, or that hold something that the caller may use.',
    query: z.strictObject(pageParameters),
    answer: {
      status: 200,
      schema: z.strictObject({ warehouses: z.array(briefView), nextPageToken }),
      description: 'One page.',
    },
    async run({ query }, call) {
      call.audit.privilege = 'use'
      const filter = listFilter(call.policy, serverChain)
      const visible = filter.all
        ? { ids: null, owners: [], within: filter.within }
        : { ids: filter.ids, owners: [filter.principalId], within: filter.within }
      const { rows, nextPageToken } = await readPage(
        pageTokens,
        { list: JSON.stringify(['warehouses', call.identity.principal.id]), ...query },
        ([after = null], limit) => listWarehouses(sql, { after, ...visible, limit }),
        (row) => [row.name],
        shownIn<WarehouseRow>(call.policy, (row) => warehouseChain(row).names),
        call.signal,
      )
      return { warehouses: rows.map((row) => briefOf(row, call.policy)), nextPageToken }
    },
  })

  const get = defineOperation({
    id: 'getWarehouse',
    method: 'GET',
    path: '/management/v1/warehouses/:warehouse',
    subject,
    summary: 'Shows a warehouse with its storage and settings.',
    params: warehouseParams,
    answer: { status: 200, schema: warehouseView, description: 'The warehouse.' },
    async run({ params }, call) {
      const row = await warehouseRow(parts, params.warehouse)
      permitAny(call, asObject(row), ['manage', 'administer-storage'])
      return await warehouseViewOf(parts, row)
    },
  })

  const remove = defineOperation({
    id: 'deleteWarehouse',
    method: 'DELETE',
    path: '/management/v1/warehouses/:warehouse',
    subject,
    summary: 'Deletes an empty warehouse. Dropped tables and views count as long as they can be restored.',
    params: warehouseParams,
    answer: { status: 204, description: 'It is gone; what lies at its place stays.' },
    async run({ params }, call) {
      const row = await warehouseRow(parts, params.warehouse)
      const decision = permit(call, asObject(row))
      await deleteWarehouse(parts, row, ridersFor(call, decision))
      parts.warehouses.forget()
    },
  })

  return [create, list, get, remove]
}

/** A directory that has a bucket name has it for the gateway; nothing else is handed out without being asked for. */
function defaultVending(profile: StorageProfile): VendingProfile {
  return { mode: bucketOfDirectory(profile) === null ? 'none' : 'gateway' }
}
