import { HeadgateError } from '@headgate/errors'
import {
  parseStorageProfile,
  type S3StorageProfile,
  storeIdentity,
  unnamedStoreIdentity,
} from '@headgate/storage'
import { lockLocations } from '../store/location-claims.ts'
import type { CommitRecord } from '../store/commit-record.ts'
import {
  findStoreOverlap,
  lockHomes,
  moveStore,
  renameStore,
  type StoreClaim,
  type StoreOverlap,
} from '../store/store-moves.ts'
import type { Queryable } from '../store/sql.ts'
import { listWarehousePlaces, updateWarehouse, type WarehousePlace } from '../store/warehouse-writes.ts'
import type { WarehouseRow } from '../store/warehouses.ts'
import type { WarehouseDeps } from './change-warehouse.ts'
import { confirmPolicy } from './confirm-policy.ts'
import { Stale } from './stale.ts'
import { openProfile, sealProfile } from './storage-secret.ts'
import { storedProfile } from './stored-places.ts'

/** New name of the store (the S3 service) of a warehouse. */
export interface StoreChange {
  /** New name of the store. Null removes the name, so that the store is identified by its endpoint. */
  readonly storeName: string | null
  /** Returns true when the caller has `administer-storage` on the warehouse. */
  readonly administers: (warehouse: Pick<WarehousePlace, 'id' | 'name' | 'ownerId'>) => boolean
}

/**
 * Changes the name of a warehouse's store. Other warehouses with the same endpoint are on the same store, so
 * they get the same name. The transaction also updates the physical locations of their location claims, which
 * contain the store identity. Until the transaction ends, no location can be claimed in these warehouses, and
 * clients cannot choose a location in any warehouse. It takes about 20 seconds for 1,000,000 location claims.
 *
 * @param record returns the record (audit events and idempotency row) of the change for the names of the
 *   other warehouses that got the store name
 * @throws HeadgateError `bad-request` when the warehouse is a local directory or the name is malformed
 * @throws HeadgateError `forbidden` when the caller does not have `administer-storage` on all other warehouses of
 *   the store, and on at least one warehouse whose store already has the new name
 * @throws HeadgateError `already-exists` when locations of different warehouses would overlap. The message names
 *   the first overlap
 * @throws Stale when the warehouse or the policy changed in the meantime
 */
export async function changeStore(
  deps: WarehouseDeps,
  row: WarehouseRow,
  change: StoreChange,
  record: (others: readonly string[]) => CommitRecord,
): Promise<void> {
  const profile = profileWithStore(deps, row, change.storeName)
  const to = storeIdentity(profile)
  await deps.sql.transaction(async (tx) => {
    await lockLocations(tx)
    const places = selectS3Places(await listWarehousePlaces(tx))
    const moving = places.filter(
      (place) => unnamedStoreIdentity(place.profile) === unnamedStoreIdentity(profile),
    )
    const others = moving.filter(({ id }) => id !== row.id)
    const joined = places.filter((place) => !moving.includes(place) && storeIdentity(place.profile) === to)
    checkRights(change, others, joined)
    await moveClaims(tx, moving, to)
    const ids = moving.map(({ id }) => id)
    const overlap = joined.length === 0 ? null : await findStoreOverlap(tx, ids, to)
    if (overlap !== null) throw overlapError(change, places, overlap)
    await renameStore(
      tx,
      others.map(({ id }) => id),
      change.storeName,
    )
    const allowed = record(others.map(({ name }) => name))
    const content = { ...row, ...sealProfile(deps.master, row.id, profile) }
    if (!(await updateWarehouse(tx, row, content, allowed))) throw new Stale()
    await confirmPolicy(tx, allowed)
  })
}

function profileWithStore(
  { master }: WarehouseDeps,
  row: WarehouseRow,
  storeName: string | null,
): S3StorageProfile {
  const current = openProfile(master, row)
  if (current.type !== 's3') throw fileStoreError()
  const { store: _, ...rest } = current
  const profile = parseStorageProfile(storeName === null ? rest : { ...rest, store: storeName })
  if (profile.type !== 's3') throw fileStoreError()
  return profile
}

function fileStoreError(): HeadgateError {
  return new HeadgateError(
    'bad-request',
    'Only an S3 warehouse has a store name. Remove "store", because this warehouse is a directory.',
  )
}

interface S3Place extends WarehousePlace {
  readonly profile: S3StorageProfile
}

function selectS3Places(rows: readonly WarehousePlace[]): S3Place[] {
  return rows.flatMap((row) => {
    try {
      const profile = storedProfile(row.storage)
      return profile.type === 's3' ? [{ ...row, profile }] : []
    } catch {
      // The stored profile cannot be read, so the locations of this warehouse are unknown and cannot be
      // compared.
      return []
    }
  })
}

function checkRights(
  { administers }: StoreChange,
  others: readonly S3Place[],
  joined: readonly S3Place[],
): void {
  if (!others.every(administers)) {
    throw new HeadgateError(
      'forbidden',
      'Other warehouses have the same endpoint, so their store gets the name too. This change requires the privilege administer-storage on each of these warehouses.',
    )
  }
  if (joined.length > 0 && !joined.some(administers)) {
    throw new HeadgateError(
      'forbidden',
      'Another warehouse with another endpoint already uses this store name. To use the name here, you need the privilege administer-storage on that warehouse.',
    )
  }
}

async function moveClaims(tx: Queryable, moving: readonly S3Place[], to: string): Promise<void> {
  await lockHomes(
    tx,
    moving.map(({ id }) => id),
  )
  const byIdentity = Map.groupBy(moving, ({ profile }) => storeIdentity(profile))
  for (const [from, places] of byIdentity) {
    if (from === to) continue
    await moveStore(
      tx,
      places.map(({ id }) => id),
      { from, to },
    )
  }
}

function overlapError(
  { storeName, administers }: StoreChange,
  places: readonly S3Place[],
  { outer, inner }: StoreOverlap,
): HeadgateError {
  const shown = (claim: StoreClaim): string => {
    const owner = places.find(({ id }) => id === claim.warehouseId)
    if (owner === undefined || !administers(owner)) return 'a location of another warehouse'
    return `${kinds[claim.kind] ?? 'a location'} ${claim.location} of warehouse ${owner.name}`
  }
  const named = storeName === null ? 'Without a store name' : `With the store name "${storeName}"`
  return new HeadgateError(
    'already-exists',
    `${named}, two warehouses would share a location: ${shown(outer)} is or contains ${shown(inner)}. Nothing was changed. Move or remove one of the two first.`,
  )
}

const kinds: Readonly<Record<string, string>> = {
  root: 'the root',
  allowed: 'the allowed location',
  relation: 'the table or view at',
  staged: 'the reservation of',
  retired: 'the retired location',
}
