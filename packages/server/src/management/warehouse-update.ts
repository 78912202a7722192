import { HeadgateError } from '@headgate/errors'
import { administersStorage } from '../access/administers-storage.ts'
import type { Decision } from '../access/decision.ts'
import { changeStore, type StoreChange } from '../catalog/change-store.ts'
import { updateWarehouse } from '../catalog/change-warehouse.ts'
import { probeProfile } from '../catalog/probe-storage.ts'
import { openProfile } from '../catalog/storage-secret.ts'
import { requireWarehouse, warehouseChain } from '../catalog/warehouses.ts'
import { checkCredentialMode, readCredentialMode, vendingFor } from '../catalog/upstream-credentials.ts'
import { parseVendingProfile } from '../catalog/vending-profile.ts'
import type { Call } from '../operation/operation.ts'
import { parseStorageProfile, type StorageProfile } from '@headgate/storage'
import type { WarehouseRow } from '../catalog/warehouses.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { describeWarehouse } from './warehouse-view.ts'
import { toObject, warehouseParams } from './find-object.ts'
import type { WarehouseApiDeps } from './warehouse-deps.ts'
import { toCommitRecord } from './permit.ts'
import { permitWarehouseChange } from './permit-warehouse-change.ts'
import { checkClientProperties, selectChanged } from '../catalog/client-properties.ts'
import { checkEndpoints } from './check-endpoints.ts'
import { checkBorrower, checkLender } from './check-lender.ts'
import { changedUpstream } from './warehouse-upstream.ts'
import { checkFileRoots, type WarehouseChange, warehouseChange, warehouseView } from './warehouse-schemas.ts'

export function warehouseUpdateOperations(deps: WarehouseApiDeps): readonly ManagementOperation[] {
  const update = defineOperation({
    id: 'updateWarehouse',
    method: 'PATCH',
    path: '/management/v1/warehouses/:warehouse',
    subject: 'warehouses',
    summary:
      'Changes the settings that the request contains, or the keys of the storage. All other settings and the location stay unchanged.',
    params: warehouseParams,
    body: warehouseChange,
    errors: {
      'already-exists': 'A location belongs to another warehouse, or two warehouses would share a location.',
      conflict: 'Another warehouse with the same endpoint has another store name.',
    },
    response: { status: 200, schema: warehouseView, description: 'The warehouse with its changed settings.' },
    async run({ params, body }, call) {
      const row = await requireWarehouse(deps.sql, params.warehouse)
      const decision = permitWarehouseChange(call, toObject(row), body)
      const { store, storageKeys, fileMode, skipProbe, upstream, ...changed } = body
      if (store !== undefined) {
        if (Object.keys(body).length > 1)
          throw new HeadgateError(
            'bad-request',
            'A request that changes the store name must contain no other change.',
          )
        await nameStore(deps, call, { row, decision }, store)
        return await describeWarehouse(deps, await requireWarehouse(deps.sql, params.warehouse))
      }
      checkClientProperties(
        selectChanged(row.defaults, changed.defaults),
        selectChanged(row.overrides, changed.overrides),
      )
      const profile = withFileMode(profileAfter(deps, row, storageKeys), fileMode)
      const mode = upstream?.credentials ?? readCredentialMode(row.upstream)
      checkCredentialMode(mode, profile, changed.vending)
      const settings = {
        allowedLocations: changed.allowedLocations ?? row.allowedLocations,
        retentionSeconds: changed.retentionSeconds ?? row.retentionSeconds,
        defaults: changed.defaults ?? row.defaults,
        overrides: changed.overrides ?? row.overrides,
        vending: changed.vending ?? vendingFor(mode, parseVendingProfile(row.vending)),
        protected: changed.protected ?? row.protected,
      }
      const added = settings.allowedLocations.some((place) => !row.allowedLocations.includes(place))
      if (added) checkBorrower(call, profile)
      const lends = changed.vending !== undefined || storageKeys !== undefined
      if (added || lends) checkLender(call, profile, settings.vending)
      if (lends) {
        await checkEndpoints(deps, call, profile, settings.vending)
        await deps.webIdentities?.check(profile, settings.vending)
      }
      // Checks only new locations, because the operator may have created the warehouse with a root outside of the
      // directories that callers may use.
      if (changed.allowedLocations !== undefined && profile.type === 'file') {
        checkFileRoots(profile, changed.allowedLocations, [...deps.fileRoots, profile.root])
      }
      if (storageKeys !== undefined && skipProbe !== true)
        await probeProfile(profile, deps.endpoints, call.signal)
      const stored = upstream === undefined ? null : await changedUpstream(deps, call, row, upstream)
      call.audit.detail = {
        ...changed,
        ...(fileMode === undefined ? {} : { fileMode }),
        ...(storageKeys === undefined ? {} : { keys: 'replaced' }),
        ...(upstream === undefined ? {} : { upstream: Object.keys(upstream) }),
      }
      const change = { profile, settings, ...(stored === null ? {} : { upstream: stored }) }
      await updateWarehouse(deps, row, change, toCommitRecord(call, decision))
      deps.warehouses.forget()
      const after = await requireWarehouse(deps.sql, params.warehouse)
      await deps.upstreams.prepareIssuer(after)
      return await describeWarehouse(deps, after)
    },
  })

  return [update]
}

async function nameStore(
  deps: WarehouseApiDeps,
  call: Call,
  { row, decision }: { readonly row: WarehouseRow; readonly decision: Decision },
  storeName: string | null,
): Promise<void> {
  const change: StoreChange = {
    storeName,
    administers: (warehouse) => administersStorage(call.policy, warehouseChain(warehouse)),
  }
  await changeStore(deps, row, change, (others) => {
    call.audit.detail = { store: storeName, others }
    return toCommitRecord(call, decision)
  })
  deps.warehouses.forget()
}

/**
 * Returns the stored storage profile, with the keys from the request if it contains keys. The stored keys are
 * then not opened, so the request succeeds even if the master key cannot open them.
 */
function profileAfter(
  { master }: WarehouseApiDeps,
  row: WarehouseRow,
  keys: WarehouseChange['storageKeys'],
): StorageProfile {
  if (keys === undefined) return openProfile(master, row)
  const { accessKeyId: _, credentials: __, ...place } = row.storage
  if (place['type'] !== 's3')
    throw new HeadgateError(
      'bad-request',
      'A warehouse on local disk has no storage keys. Remove storageKeys from the request.',
    )
  return parseStorageProfile({ ...place, ...keys })
}

/**
 * Returns the storage profile with the file mode of the request.
 *
 * @throws HeadgateError `bad-request` when the warehouse is not in a directory of the server, or the mode is invalid
 */
function withFileMode(profile: StorageProfile, fileMode: string | undefined): StorageProfile {
  if (fileMode === undefined) return profile
  if (profile.type === 'file') return parseStorageProfile({ ...profile, fileMode })
  throw new HeadgateError(
    'bad-request',
    'fileMode applies only to warehouses in a directory, because objects in a bucket have no file mode.',
  )
}
