import { HeadgateError } from '@headgate/errors'
import { updateWarehouse } from '../catalog/change-warehouse.ts'
import { probeProfile } from '../catalog/probe-storage.ts'
import { openProfile } from '../catalog/storage-secret.ts'
import { parseVendingProfile } from '../catalog/vending-profile.ts'
import { parseStorageProfile, type StorageProfile } from '../storage/storage-profile.ts'
import type { WarehouseRow } from '../store/warehouses.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { warehouseViewOf } from './warehouse-view.ts'
import { asObject, warehouseParams, warehouseRow } from './find-in-lake.ts'
import type { LakeParts } from './lake-parts.ts'
import { ridersFor } from './permit.ts'
import { permitWarehouseChange } from './permit-warehouse-change.ts'
import { checkClientProperties, setAnew } from '../catalog/client-properties.ts'
import { checkEndpoints } from './check-endpoints.ts'
import { checkBorrower, checkLender } from './check-lender.ts'
import { checkFileRoots, type WarehouseChange, warehouseChange, warehouseView } from './warehouse-schemas.ts'

export function warehouseUpdateOperations(parts: LakeParts): readonly ManagementOperation[] {
  const update = defineOperation({
    id: 'updateWarehouse',
    method: 'PATCH',
    path: '/management/v1/warehouses/:warehouse',
    subject: 'warehouses',
    summary:
      'Changes the settings that are given, or the keys of the storage; the others, and the place, stay.',
    params: warehouseParams,
    body: warehouseChange,
    answer: { status: 200, schema: warehouseView, description: 'The warehouse as it is now.' },
    async run({ params, body }, call) {
      const row = await warehouseRow(parts, params.warehouse)
      const decision = permitWarehouseChange(call, asObject(row), body)
      const { storageKeys, fileMode, skipProbe, ...changed } = body
      checkClientProperties(
        setAnew(row.defaults, changed.defaults),
        setAnew(row.overrides, changed.overrides),
      )
      const profile = withFileMode(profileAfter(parts, row, storageKeys), fileMode)
      const settings = {
        allowedLocations: changed.allowedLocations ?? row.allowedLocations,
        retentionSeconds: changed.retentionSeconds ?? row.retentionSeconds,
        defaults: changed.defaults ?? row.defaults,
        overrides: changed.overrides ?? row.overrides,
        vending: changed.vending ?? parseVendingProfile(row.vending),
        protected: changed.protected ?? row.protected,
      }
      const added = settings.allowedLocations.some((place) => !row.allowedLocations.includes(place))
      if (added) checkBorrower(call, profile)
      const lends = changed.vending !== undefined || storageKeys !== undefined
      if (added || lends) checkLender(call, profile, settings.vending)
      if (lends) {
        await checkEndpoints(parts, call, profile, settings.vending)
        await parts.webIdentities?.check(profile, settings.vending)
      }
      // Only what is new is checked: a root that the operator has chosen need not lie where others may.
      if (changed.allowedLocations !== undefined && profile.type === 'file') {
        checkFileRoots(profile, changed.allowedLocations, [...parts.fileRoots, profile.root])
      }
      if (storageKeys !== undefined && skipProbe !== true)
        await probeProfile(profile, parts.endpoints, call.signal)
      call.audit.detail = {
        ...changed,
        ...(fileMode === undefined ? {} : { fileMode }),
        ...(storageKeys === undefined ? {} : { keys: 'replaced' }),
      }
      await updateWarehouse(parts, row, { profile, settings }, ridersFor(call, decision))
      parts.warehouses.forget()
      return await warehouseViewOf(parts, await warehouseRow(parts, params.warehouse))
    },
  })

  return [update]
}

/** The stored profile, with new keys where some are given: then the old ones need not be readable any more. */
function profileAfter(
  { master }: LakeParts,
  row: WarehouseRow,
  keys: WarehouseChange['storageKeys'],
): StorageProfile {
  if (keys === undefined) return openProfile(master, row)
  const { accessKeyId: _, credentials: __, ...place } = row.storage
  if (place['type'] !== 's3')
    throw new HeadgateError('bad-request', 'A warehouse on local disk has no storage keys.')
  return parseStorageProfile({ ...place, ...keys })
}

/** @throws HeadgateError `bad-request` when the warehouse keeps no files of the server's disk, or the mode is not one */
function withFileMode(profile: StorageProfile, fileMode: string | undefined): StorageProfile {
  if (fileMode === undefined) return profile
  if (profile.type === 'file') return parseStorageProfile({ ...profile, fileMode })
  throw new HeadgateError(
    'bad-request',
    'fileMode is for warehouses in a directory: objects in a bucket have no mode.',
  )
}
