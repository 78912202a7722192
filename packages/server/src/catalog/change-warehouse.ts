import { randomUUID } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import { serverId } from '../access/privilege.ts'
import type { VendingProfile } from './vending-profile.ts'
import type { MasterKey } from '../keys/master-key.ts'
import { fileModes } from '../storage/file-modes.ts'
import { makeRoots } from '../storage/file-roots.ts'
import { parseLocation } from '../storage/location.ts'
import type { FileStorageProfile, StorageProfile } from '../storage/storage-profile.ts'
import { insertGrant } from '../store/grants.ts'
import { lockLocations } from '../store/location-claims.ts'
import { bumpPolicyFrom, policyVersion } from '../store/policies.ts'
import type { Riders } from '../store/riders.ts'
import type { Sql } from '../store/sql.ts'
import { isViolation } from '../store/violation.ts'
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

export interface WarehouseParts {
  readonly sql: Sql
  readonly master: MasterKey
}

/** What people decide about a warehouse besides its name and its storage. */
export interface WarehouseSettings extends Omit<WarehouseContent, 'storage' | 'storageSecret' | 'vending'> {
  readonly vending: VendingProfile
}

export interface WarehouseCreation {
  readonly name: string
  readonly profile: StorageProfile
  readonly settings: WarehouseSettings
  readonly ownerId: string
  /** The principal that is granted `administer-storage` on the warehouse; null: none. */
  readonly grantee: string | null
}

/** As of seven days; see `retention_seconds`. */
export const defaultRetentionSeconds = 604_800

/**
 * Creates a warehouse at a place that no other warehouse has. Returns its id, and the policy version from which on the
 * grantee holds `administer-storage` on it.
 *
 * @throws HeadgateError `already-exists` when the name or the place is taken
 * @throws Stale when the policy moved
 */
export async function createWarehouse(
  parts: WarehouseParts,
  creation: WarehouseCreation,
  riders: (id: string) => Riders,
): Promise<{ readonly id: string; readonly policyVersion: number }> {
  const { name, profile, settings, ownerId, grantee } = creation
  const id = randomUUID()
  checkSettings(profile, settings)
  const row: NewWarehouse = {
    id,
    name,
    ownerId,
    ...contentOf(settings),
    ...sealProfile(parts.master, id, profile),
  }
  const claims = warehouseClaims(profile, settings.allowedLocations)
  // Nothing is made in a place that is refused, and no storage call runs under the lock.
  await checkWarehousePlaces(parts.sql, id, profile, claims)
  if (profile.type === 'file') makeDirectories(profile, [profile.root, ...settings.allowedLocations])
  try {
    return await parts.sql.transaction(async (tx) => {
      const allowed = riders(id)
      // The policy before the locations: changes of grants lock it first too.
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
      throw new HeadgateError('already-exists', `There is a warehouse ${name} already.`)
    throw error
  }
}

/** Changes settings, and storage keys where a profile is given; the place stays. */
export async function updateWarehouse(
  parts: WarehouseParts,
  row: WarehouseRow,
  change: { readonly profile: StorageProfile; readonly settings: WarehouseSettings },
  riders: Riders,
): Promise<void> {
  const { profile, settings } = change
  checkSettings(profile, settings)
  const added = settings.allowedLocations.filter((place) => !row.allowedLocations.includes(place))
  const content = { ...contentOf(settings), ...sealProfile(parts.master, row.id, profile) }
  const isSame = added.length === 0 && settings.allowedLocations.length === row.allowedLocations.length
  if (isSame) {
    if (!(await updateRow(parts.sql, row, content, riders))) throw new Stale()
    return
  }
  const claims = warehouseClaims(profile, settings.allowedLocations)
  const before = new Set(warehouseClaims(profile, row.allowedLocations).map(({ place }) => place))
  // Places that overlap from before do not keep other settings from being changed.
  const fresh = claims.filter(({ place }) => !before.has(place))
  await checkWarehousePlaces(parts.sql, row.id, profile, fresh)
  if (profile.type === 'file') makeDirectories(profile, added)
  await parts.sql.transaction(async (tx) => {
    await lockLocations(tx)
    await checkWarehousePlaces(tx, row.id, profile, fresh)
    if (!(await updateRow(tx, row, content, riders))) throw new Stale()
    await replaceWarehouseClaims(tx, row.id, claims)
    await confirmPolicy(tx, riders)
  })
}

/**
 * Deletes an empty warehouse; its place, and whatever lies there, stays.
 *
 * @throws HeadgateError `protected`, or `conflict` with what is still in it, dropped relations included
 */
export async function deleteWarehouse(
  parts: WarehouseParts,
  row: WarehouseRow,
  riders: Riders,
): Promise<void> {
  if (row.protected) throw protectedError(`Warehouse ${row.name}`)
  try {
    if (!(await deleteRow(parts.sql, row.id, riders))) throw new Stale()
  } catch (error) {
    if (!isViolation(error)) throw error
    const { namespaces, relations, dropped } = await countWarehouseContents(parts.sql, row.id)
    const held = [
      count(namespaces, 'namespace'),
      count(relations, 'table or view', 'tables and views'),
      count(dropped, 'dropped table or view', 'dropped tables and views'),
    ]
    const later =
      dropped > 0 ? ' Dropped ones go when their retention ends; purge them to be rid of them now.' : ''
    throw new HeadgateError(
      'conflict',
      `Warehouse ${row.name} is not empty: it holds ${held.filter(Boolean).join(', ')}.${later}`,
    )
  }
}

/**
 * Makes the warehouse if there is none of its name, for the start of a server; nobody in particular owns it. An existing
 * one is left as it is.
 */
export async function ensureWarehouse(
  parts: WarehouseParts,
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
    if ((await findWarehouse(parts.sql, wanted.name)) !== null) return
    const riders = { policyVersion: await policyVersion(parts.sql), audit: [], idempotency: null }
    try {
      await createWarehouse(parts, { ...wanted, settings, ownerId: serverId, grantee: null }, () => riders)
      return
    } catch (error) {
      // Another replica was quicker, or the policy moved: the next look tells.
      const exists = (await findWarehouse(parts.sql, wanted.name)) !== null
      if (!exists && !(error instanceof Stale)) throw error
    }
  }
}

function makeDirectories(profile: FileStorageProfile, places: readonly string[]): void {
  makeRoots(places, fileModes(profile.fileMode))
}

function contentOf(settings: WarehouseSettings): Omit<WarehouseContent, 'storage' | 'storageSecret'> {
  return { ...settings, vending: { ...settings.vending } }
}

function checkSettings(profile: StorageProfile, { allowedLocations, vending }: WarehouseSettings): void {
  checkVending(profile, vending)
  if (bucketOfDirectory(profile) !== null && allowedLocations.length > 0) {
    throw new HeadgateError(
      'bad-request',
      'A directory that clients see as a bucket is the whole warehouse: it has no further allowed locations.',
    )
  }
  for (const text of allowedLocations) {
    const location = parseLocation(text)
    if (location.scheme !== profile.type) {
      throw new HeadgateError(
        'bad-request',
        `Allowed locations must be on the warehouse's own store, ${profile.type}: ${text}`,
      )
    }
    if (location.scheme === 'file' && location.key === '') {
      throw new HeadgateError('bad-request', 'The whole file system cannot be an allowed location.')
    }
  }
}

function count(number: number, one: string, many = `${one}s`): string {
  return number === 0 ? '' : `${number} ${number === 1 ? one : many}`
}
