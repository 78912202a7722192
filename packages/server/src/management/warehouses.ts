import { z } from 'zod'
import type { Policy } from '../access/policy.ts'
import { decide, listFilter, serverChain, shownIn } from '../access/decide.ts'
import { createWarehouse, defaultRetentionSeconds, deleteWarehouse } from '../catalog/change-warehouse.ts'
import { checkCredentialMode, vendingFor } from '../catalog/upstream-credentials.ts'
import { bucketOfDirectory } from '../catalog/check-vending.ts'
import { probeProfile } from '../catalog/probe-storage.ts'
import { listWarehouses, requireWarehouse, warehouseChain, type WarehouseRow } from '../catalog/warehouses.ts'
import type { VendingProfile } from '../catalog/vending-profile.ts'
import type { StorageProfile } from '@headgate/storage'
import { checkClientProperties } from '../catalog/client-properties.ts'
import { checkEndpoints } from './check-endpoints.ts'
import { checkBorrower, checkLender } from './check-lender.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { describeWarehouse } from './warehouse-view.ts'
import { requireOwnerId } from '../directory/owner-name.ts'
import { toObject, serverObject, warehouseParams } from './find-object.ts'
import type { WarehouseApiDeps } from './warehouse-deps.ts'
import { readPage } from './paging.ts'
import { permit, permitAny, toCommitRecord } from './permit.ts'
import { id, nextPageToken, pageParameters } from './schemas.ts'
import { checkNewUpstream, storedUpstream } from './warehouse-upstream.ts'
import { checkFileRoots, newWarehouse, toStorage, warehouseView } from './warehouse-schemas.ts'

const subject = 'warehouses'

const briefView = z
  .strictObject({
    id,
    name: z.string(),
    kind: z.enum(['managed', 'upstream']),
    protected: z.boolean(),
    location: z
      .string()
      .nullable()
      .describe('Location of the warehouse. Null: the caller does not manage the warehouse.'),
    vending: z.string().nullable().describe('Vending mode. Null: the caller does not manage the warehouse.'),
  })
  .meta({ id: 'WarehouseName' })

function toBriefView(row: WarehouseRow, policy: Policy): z.output<typeof briefView> {
  const { id, name, kind, protected: guarded } = row
  const brief = { id, name, kind, protected: guarded }
  if (decide(policy, warehouseChain(row), 'manage').outcome !== 'allow')
    return { ...brief, location: null, vending: null }
  return { ...brief, location: formatPlace(row.storage), vending: toText(row.vending['mode']) }
}

/**
 * Returns the location of a warehouse for its administrators. For a directory, this is the path of the directory, and not
 * the bucket name that clients use.
 */
function formatPlace({ type, root, bucket, prefix }: WarehouseRow['storage']): string | null {
  if (type === 'file') return toText(root)
  const name = toText(bucket)
  if (type !== 's3' || name === null) return null
  return typeof prefix === 'string' ? `s3://${name}/${prefix}` : `s3://${name}`
}

function toText(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

export function warehouseOperations(deps: WarehouseApiDeps): readonly ManagementOperation[] {
  const { sql, pageTokens } = deps

  const create = defineOperation({
    id: 'createWarehouse',
    method: 'POST',
    path: '/management/v1/warehouses',
    subject,
    summary:
      'Creates a warehouse at a location that no other warehouse uses. The caller owns it and administers its storage.',
    body: newWarehouse,
    errors: {
      'already-exists': 'A warehouse with this name exists, or a location belongs to another warehouse.',
      conflict: 'Another warehouse with the same endpoint has another store name.',
    },
    response: { status: 201, schema: warehouseView, description: 'The warehouse.' },
    async run({ body }, call) {
      const decision = permit(call, serverObject, body.owner === undefined ? 'create' : 'manage')
      const { name, retentionSeconds = defaultRetentionSeconds, defaults = {}, overrides = {} } = body
      checkClientProperties(defaults, overrides)
      const { profile, allowedLocations } = toStorage(body)
      const mode = body.upstream?.credentials ?? 'own'
      checkCredentialMode(mode, profile, body.vending)
      const vending = body.vending ?? vendingFor(mode, defaultVending(profile))
      checkBorrower(call, profile)
      checkLender(call, profile, vending)
      await deps.webIdentities?.check(profile, vending)
      checkFileRoots(profile, allowedLocations, deps.fileRoots)
      await checkEndpoints(deps, call, profile, vending)
      if (body.upstream !== undefined) await checkNewUpstream(deps, call, body.upstream)
      if (body.skipProbe !== true) await probeProfile(profile, deps.endpoints, call.signal)
      const settings = {
        allowedLocations,
        retentionSeconds,
        defaults,
        overrides,
        vending,
        protected: body.protected ?? false,
      }
      const ownerId =
        body.owner === undefined ? call.identity.principal.id : await requireOwnerId(deps.sql, body.owner)
      // An anonymous caller has every privilege, and no row that a grant could refer to. A caller that names an owner
      // manages the server, and can grant privileges to the owner in further requests.
      const grantee = call.identity.method === 'anonymous' || body.owner !== undefined ? null : ownerId
      const creation = {
        name,
        profile,
        settings,
        ownerId,
        grantee,
        ...storedUpstream(deps, body.upstream),
      }
      const created = await createWarehouse(deps, creation, (id) => {
        Object.assign(call.audit, {
          object: name,
          securable: { kind: 'warehouse', id },
          detail: {
            storage: profile.type,
            ...settings,
            ...(body.upstream === undefined ? {} : { upstream: body.upstream.uri }),
          },
        })
        return toCommitRecord(call, decision)
      })
      // Applies the change on this replica before the notification arrives, so that the creator has the
      // privilege when it receives the response.
      deps.policies.saw(created.policyVersion)
      deps.warehouses.forget()
      const row = await requireWarehouse(deps.sql, name)
      await deps.upstreams.prepareIssuer(row)
      return await describeWarehouse(deps, row)
    },
  })

  const list = defineOperation({
    id: 'listWarehouses',
    method: 'GET',
    path: '/management/v1/warehouses',
    subject,
    summary:
      'Lists the warehouses that the caller may use, or that contain an object that the caller may use.',
    query: z.strictObject(pageParameters),
    response: {
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
      return { warehouses: rows.map((row) => toBriefView(row, call.policy)), nextPageToken }
    },
  })

  const get = defineOperation({
    id: 'getWarehouse',
    method: 'GET',
    path: '/management/v1/warehouses/:warehouse',
    subject,
    summary: 'Shows a warehouse with its storage and settings.',
    params: warehouseParams,
    response: { status: 200, schema: warehouseView, description: 'The warehouse.' },
    async run({ params }, call) {
      const row = await requireWarehouse(deps.sql, params.warehouse)
      permitAny(call, toObject(row), ['manage', 'administer-storage'])
      return await describeWarehouse(deps, row)
    },
  })

  const remove = defineOperation({
    id: 'deleteWarehouse',
    method: 'DELETE',
    path: '/management/v1/warehouses/:warehouse',
    subject,
    summary:
      'Deletes an empty warehouse. A warehouse is not empty while it contains dropped tables or views that can be restored.',
    params: warehouseParams,
    errors: {
      conflict: 'The warehouse is not empty.',
      protected: 'The warehouse is protected.',
    },
    response: { status: 204, description: 'The warehouse was deleted. Its files remain.' },
    async run({ params }, call) {
      const row = await requireWarehouse(deps.sql, params.warehouse)
      const decision = permit(call, toObject(row))
      await deleteWarehouse(deps, row, toCommitRecord(call, decision))
      deps.warehouses.forget()
    },
  })

  return [create, list, get, remove]
}

/**
 * Returns the default vending profile. A directory with a bucket name uses the storage gateway. Other storages
 * vend no access.
 */
function defaultVending(profile: StorageProfile): VendingProfile {
  return { mode: bucketOfDirectory(profile) === null ? 'none' : 'gateway' }
}
