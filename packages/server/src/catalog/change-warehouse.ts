import { randomUUID } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import { serverId } from '../reserved-ids.ts'
import type { VendingProfile } from './vending-profile.ts'
import type { MasterKey } from '../keys/master-key.ts'
import { assertionPurpose } from '../keys/ring-key.ts'
import {
  fileModes,
  type FileStorageProfile,
  makeRoots,
  parseLocation,
  type StorageProfile,
} from '@headgate/storage'
import { insertGrant } from '../store/grants.ts'
import { deleteKeysOf } from '../store/key-ring.ts'
import { lockLocations } from '../store/location-claims.ts'
import { bumpPolicyFrom, policyVersion } from '../store/policies.ts'
import type { CommitRecord } from '../store/commit-record.ts'
import type { Sql } from '../store/sql.ts'
import { isViolation } from '../store/violation.ts'
import { deleteUpstreamRows } from '../store/upstream-relations.ts'
import {
  countWarehouseContents,
  deleteWarehouse as deleteRow,
  insertWarehouse,
  type NewWarehouse,
  updateWarehouse as updateRow,
} from '../store/warehouse-writes.ts'
import { replaceWarehouseClaims } from '../store/warehouse-claims.ts'
import { findWarehouse, type WarehouseContent, type WarehouseRow } from '../store/warehouses.ts'
import { bucketOfDirectory, checkVending } from './check-vending.ts'
import { checkWarehousePlaces, warehouseClaims } from './check-place.ts'
import { confirmPolicy } from './confirm-policy.ts'
import { protectedError } from './existing.ts'
import { Stale } from './stale.ts'
import { sealProfile } from './storage-secret.ts'
import { noUpstream, type StoredUpstream } from './upstream-secret.ts'

export interface WarehouseDeps {
  readonly sql: Sql
  readonly master: MasterKey
}

/** Settings of a warehouse, without its name and its storage. */
export interface WarehouseSettings extends Omit<
  WarehouseContent,
  'storage' | 'storageSecret' | 'vending' | keyof StoredUpstream
> {
  readonly vending: VendingProfile
}

export interface WarehouseCreation {
  readonly name: string
  readonly profile: StorageProfile
  readonly settings: WarehouseSettings
  readonly ownerId: string
  /** Id of the principal that receives `administer-storage` on the warehouse, or null when no principal receives it. */
  readonly grantee: string | null
  /**
   * Returns the stored settings of the upstream catalog. The parameter is the id of the new warehouse, with
   * which the secrets are encrypted. Absent for a managed warehouse.
   */
  readonly upstream?: (id: string) => StoredUpstream
}

/**
 * Default retention of dropped relations in seconds: seven days. A null in the column `retention_seconds` has the same
 * meaning.
 */
export const defaultRetentionSeconds = 604_800

/**
 * Creates a warehouse at a location that does not overlap with any other warehouse. Returns the id of the
 * warehouse, and the policy version from which the grantee has `administer-storage` on it.
 *
 * @throws HeadgateError `already-exists` when the name or the location is already in use
 * @throws Stale when the policy changed in the meantime
 */
export async function createWarehouse(
  deps: WarehouseDeps,
  creation: WarehouseCreation,
  record: (id: string) => CommitRecord,
): Promise<{ readonly id: string; readonly policyVersion: number }> {
  const { name, profile, settings, ownerId, grantee } = creation
  const id = randomUUID()
  checkSettings(profile, settings)
  const row: NewWarehouse = {
    id,
    name,
    ownerId,
    ...toContent(settings),
    ...sealProfile(deps.master, id, profile),
    ...(creation.upstream?.(id) ?? noUpstream),
  }
  const claims = warehouseClaims(profile, settings.allowedLocations)
  // Checks the location first, so that nothing is created at a refused location, and so that no storage
  // request runs while the lock is held.
  await checkWarehousePlaces(deps.sql, id, profile, claims)
  if (profile.type === 'file') makeDirectories(profile, [profile.root, ...settings.allowedLocations])
  try {
    return await deps.sql.transaction(async (tx) => {
      const allowed = record(id)
      // Locks the policy before the locations, in the order in which changes of grants lock them.
      const { policyVersion: expected } = allowed
      const version = grantee === null ? expected : await bumpPolicyFrom(tx, expected)
      if (version === null) throw new Stale()
      await lockLocations(tx)
      await checkWarehousePlaces(tx, id, profile, claims)
      if (!(await insertWarehouse(tx, row, { ...allowed, policyVersion: version }))) throw new Stale()
      await replaceWarehouseClaims(tx, id, claims)
      if (grantee !== null)
        await insertGrant(tx, {
          securableId: id,
          securableKind: 'warehouse',
          granteeId: grantee,
          granteeKind: 'principal',
          privilege: 'administer-storage',
          grantedBy: grantee,
        })
      else await confirmPolicy(tx, allowed)
      return { id, policyVersion: version }
    })
  } catch (error) {
    if (isViolation(error, 'warehouse_name_key'))
      throw new HeadgateError('already-exists', `Warehouse ${name} already exists. Choose another name.`)
    throw error
  }
}

/**
 * Changes the settings of a warehouse. When `profile` is passed, also changes its storage keys. The location
 * of a warehouse cannot change.
 */
export async function updateWarehouse(
  deps: WarehouseDeps,
  row: WarehouseRow,
  change: {
    readonly profile: StorageProfile
    readonly settings: WarehouseSettings
    /** New settings of the upstream catalog. Absent when they do not change. */
    readonly upstream?: StoredUpstream
  },
  record: CommitRecord,
): Promise<void> {
  const { profile, settings, upstream = row } = change
  checkSettings(profile, settings)
  const added = settings.allowedLocations.filter((place) => !row.allowedLocations.includes(place))
  const content = {
    ...toContent(settings),
    ...sealProfile(deps.master, row.id, profile),
    upstream: upstream.upstream,
    upstreamSecret: upstream.upstreamSecret,
  }
  const isSame = added.length === 0 && settings.allowedLocations.length === row.allowedLocations.length
  if (isSame) {
    if (!(await updateRow(deps.sql, row, content, record))) throw new Stale()
    return
  }
  const claims = warehouseClaims(profile, settings.allowedLocations)
  const before = new Set(warehouseClaims(profile, row.allowedLocations).map(({ place }) => place))
  // Checks only locations that are new. An overlap that already existed must not prevent changes of other
  // settings.
  const fresh = claims.filter(({ place }) => !before.has(place))
  await checkWarehousePlaces(deps.sql, row.id, profile, fresh)
  if (profile.type === 'file') makeDirectories(profile, added)
  await deps.sql.transaction(async (tx) => {
    await lockLocations(tx)
    await checkWarehousePlaces(tx, row.id, profile, fresh)
    if (!(await updateRow(tx, row, content, record))) throw new Stale()
    await replaceWarehouseClaims(tx, row.id, claims)
    await confirmPolicy(tx, record)
  })
}

/**
 * Deletes an empty warehouse. The files at its location are not deleted.
 *
 * @throws HeadgateError `protected`, or `conflict` when it contains relations; the message contains their number,
 *   including dropped ones
 */
export async function deleteWarehouse(
  deps: WarehouseDeps,
  row: WarehouseRow,
  record: CommitRecord,
): Promise<void> {
  if (row.protected) throw protectedError(`Warehouse ${row.name}`)
  try {
    await deps.sql.transaction(async (tx) => {
      // The rows of an upstream warehouse only describe objects that remain in the upstream.
      if (row.kind === 'upstream') {
        await deleteUpstreamRows(tx, row.id)
        await deleteKeysOf(tx, assertionPurpose(row.id))
      }
      if (!(await deleteRow(tx, row.id, record))) throw new Stale()
    })
  } catch (error) {
    if (!isViolation(error)) throw error
    const { namespaces, relations, dropped } = await countWarehouseContents(deps.sql, row.id)
    const held = [
      count(namespaces, 'namespace'),
      count(relations, 'table or view', 'tables and views'),
      count(dropped, 'dropped table or view', 'dropped tables and views'),
    ]
    const later =
      dropped > 0
        ? ' Dropped tables and views are deleted when their retention ends; purge them to delete them now.'
        : ''
    throw new HeadgateError(
      'conflict',
      `Warehouse ${row.name} is not empty: it contains ${held.filter(Boolean).join(', ')}.${later}`,
    )
  }
}

/**
 * Creates the default warehouse when a server starts, unless it exists. The warehouse has no owner. Does not
 * change an existing warehouse.
 */
export async function ensureWarehouse(
  deps: WarehouseDeps,
  wanted: {
    readonly name: string
    readonly profile: StorageProfile
    readonly settings?: Partial<WarehouseSettings>
  },
): Promise<void> {
  const settings = {
    allowedLocations: [],
    defaults: {},
    overrides: {},
    vending: { mode: 'none' } as const,
    retentionSeconds: defaultRetentionSeconds,
    protected: false,
    ...wanted.settings,
  }
  for (;;) {
    if ((await findWarehouse(deps.sql, wanted.name)) !== null) return
    const record = { policyVersion: await policyVersion(deps.sql), audit: [], idempotency: null }
    try {
      await createWarehouse(deps, { ...wanted, settings, ownerId: serverId, grantee: null }, () => record)
      return
    } catch (error) {
      // Another replica created the warehouse, or the policy changed. The next iteration reads the warehouse again.
      const exists = (await findWarehouse(deps.sql, wanted.name)) !== null
      if (!exists && !(error instanceof Stale)) throw error
    }
  }
}

function makeDirectories(profile: FileStorageProfile, places: readonly string[]): void {
  makeRoots(places, fileModes(profile.fileMode))
}

function toContent(
  settings: WarehouseSettings,
): Omit<WarehouseContent, 'storage' | 'storageSecret' | keyof StoredUpstream> {
  return { ...settings, vending: { ...settings.vending } }
}

function checkSettings(profile: StorageProfile, { allowedLocations, vending }: WarehouseSettings): void {
  checkVending(profile, vending)
  if (bucketOfDirectory(profile) !== null && allowedLocations.length > 0) {
    throw new HeadgateError(
      'bad-request',
      'Clients reach this directory as one bucket, and the bucket must contain only this directory: remove the other allowed locations.',
    )
  }
  for (const text of allowedLocations) {
    const location = parseLocation(text)
    if (location.scheme !== profile.type) {
      throw new HeadgateError(
        'bad-request',
        `Location ${text} is not on the store of the warehouse. Allowed locations must be on the same store, which is of type ${profile.type}.`,
      )
    }
    if (location.scheme === 'file' && location.key === '') {
      throw new HeadgateError(
        'bad-request',
        'The root of the file system cannot be an allowed location: choose a directory below it.',
      )
    }
  }
}

function count(number: number, one: string, many = `${one}s`): string {
  return number === 0 ? '' : `${number} ${number === 1 ? one : many}`
}
