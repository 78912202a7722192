import type { MasterKey } from '../keys/master-key.ts'
import {
  type EndpointGuard,
  openStorage,
  parseLocation,
  type S3StorageProfile,
  type StorageProfile,
  storeIdentity,
  unnamedStoreIdentity,
} from '@headgate/storage'
import type { Queryable } from '../store/sql.ts'
import { listWarehousesOnBucket, type WarehouseRow } from '../store/warehouses.ts'
import type { Finding } from './finding.ts'
import { toReason } from './probe-storage.ts'
import { openProfile } from './storage-secret.ts'
import { hasProbe, removeLeftProbes, type StoreProbe, withStoreProbe } from './store-probe.ts'
import { storedProfile } from './stored-places.ts'
import type { OpenedStorage } from './warehouses.ts'

export interface CompareStoresDeps {
  readonly sql: Queryable
  readonly master: MasterKey
  /** Checks the addresses of storage endpoints before the server connects to them. */
  readonly guard: EndpointGuard
  /** Returns the current time in epoch ms. */
  readonly now: () => number
  /** Returns whether the result may contain the name of the warehouse. */
  readonly mayName: (warehouse: Pick<WarehouseRow, 'id' | 'name' | 'ownerId'>) => boolean
}

/** Warehouse to check. An earlier step has verified that its storage works. */
export interface ComparedWarehouse {
  readonly id: string
  readonly name: string
  readonly profile: StorageProfile
  readonly opened: Pick<OpenedStorage, 'storage' | 'root'>
}

/** Maximum number of other warehouses that are read from the database. */
const maxWarehouses = 100
/**
 * Maximum number of warehouses of one store through which the check tries to read the probe object. It stops
 * at the first warehouse with a definite result.
 */
const maxOfOneStore = 3
const maxAsked = 20
const lookMs = 3_000
const allMs = 10_000

/**
 * Detects a store that is configured under two names. Writes a probe object below the root of a warehouse,
 * and tries to read it through other warehouses that have the same bucket name but another store identity.
 * Returns an empty list when there is no such warehouse. Tries at most 20 warehouses, for at most 10 s.
 */
export async function compareStores(
  deps: CompareStoresDeps,
  warehouse: ComparedWarehouse,
  signal: AbortSignal,
): Promise<Finding[]> {
  const { profile, opened } = warehouse
  if (profile.type !== 's3' || profile.credentials === 'none') return []
  const limit = AbortSignal.any([signal, AbortSignal.timeout(allMs)])
  try {
    await removeLeftProbes(opened.storage, opened.root, deps.now(), limit)
    const stores = await otherStores(deps, warehouse.id, profile)
    if (stores.length === 0) return []
    return await withStoreProbe(opened.storage, opened.root, limit, async (probe) => {
      const looks = await Promise.all(stores.map((rows) => lookThrough(deps, rows, probe, limit)))
      signal.throwIfAborted()
      return toFindings(deps, { name: warehouse.name, profile }, looks)
    })
  } catch (error) {
    signal.throwIfAborted()
    const message = `The server could not check whether the bucket ${profile.bucket} has two store names: ${toReason(error)}`
    return [{ name: 'store', ok: false, message }]
  }
}

/** Returns the other warehouses with the same bucket name and another store identity, grouped by store identity. */
async function otherStores(
  { sql }: CompareStoresDeps,
  id: string,
  profile: S3StorageProfile,
): Promise<WarehouseRow[][]> {
  const rows = await listWarehousesOnBucket(sql, {
    bucket: profile.bucket,
    exceptId: id,
    limit: maxWarehouses,
  })
  const byStore = Map.groupBy(rows, ({ storage }) => identityOrNull(storage))
  const stores = [...byStore].filter(([identity]) => identity !== null && identity !== storeIdentity(profile))
  let left = maxAsked
  return stores.flatMap(([, all]) => {
    const asked = all.slice(0, Math.min(maxOfOneStore, left))
    left -= asked.length
    return asked.length === 0 ? [] : [asked]
  })
}

function identityOrNull(storage: WarehouseRow['storage']): string | null {
  try {
    return storeIdentity(storedProfile(storage))
  } catch {
    return null
  }
}

/**
 * Result of looking for the probe object through one warehouse. `same`: the object was found, so both
 * warehouses are on the same store. `other`: the object does not exist there. `unknown`: the storage keys
 * cannot read the object, or the store did not respond.
 */
interface Look {
  readonly row: WarehouseRow
  readonly outcome: 'same' | 'other' | 'unknown'
}

async function lookThrough(
  deps: CompareStoresDeps,
  rows: readonly WarehouseRow[],
  probe: StoreProbe,
  signal: AbortSignal,
): Promise<Look[]> {
  const looks: Look[] = []
  for (const row of rows) {
    const outcome = await lookFrom(deps, row, probe, signal).catch(() => 'unknown' as const)
    looks.push({ row, outcome })
    if (outcome !== 'unknown') break
  }
  return looks
}

async function lookFrom(
  { master, guard }: CompareStoresDeps,
  row: WarehouseRow,
  probe: StoreProbe,
  signal: AbortSignal,
): Promise<Look['outcome']> {
  const { prefix: _, ...profile } = openProfile(master, row) as S3StorageProfile
  const { bucket, key } = parseLocation(probe.location.slice(0, probe.location.lastIndexOf('/')))
  await using storage = await openStorage({ ...profile, bucket, prefix: key }, true, guard)
  const limit = AbortSignal.any([signal, AbortSignal.timeout(lookMs)])
  return (await hasProbe(storage, probe, limit)) ? 'same' : 'other'
}

function toFindings(
  { mayName }: CompareStoresDeps,
  own: { readonly name: string; readonly profile: S3StorageProfile },
  stores: readonly (readonly Look[])[],
): Finding[] {
  const { bucket } = own.profile
  const looks = stores.flat()
  const same = looks.filter(({ outcome }) => outcome === 'same')
  if (same.length > 0) return same.map(({ row }) => sameStore(own, row, mayName(row)))
  const unknown = stores.filter((all) => all.every(({ outcome }) => outcome === 'unknown')).flat()
  const names = unknown.flatMap(({ row }) => (mayName(row) ? [row.name] : []))
  const left =
    unknown.length === 0
      ? ''
      : ` ${unknown.length} of the tried warehouses could not be checked${names.length === 0 ? '' : ` (${names.join(', ')})`}: their keys may not read that location, or their store did not respond.`
  const message = `No other warehouse uses the same bucket ${bucket} with another endpoint or store name.${left}`
  return [{ name: 'store', ok: true, message }]
}

function sameStore(
  own: { readonly name: string; readonly profile: S3StorageProfile },
  row: WarehouseRow,
  isNamed: boolean,
): Finding {
  const { bucket } = own.profile
  const why = 'so the server cannot detect overlaps between their locations'
  if (!isNamed) {
    const message = `Warehouse ${own.name} and another warehouse reach the bucket ${bucket} under two store names, ${why}. Ask a holder of administer-storage on the server to run this check.`
    return { name: 'store', ok: false, message }
  }
  const other = storedProfile(row.storage) as S3StorageProfile
  const message =
    `Warehouses ${own.name} and ${row.name} reach the bucket ${bucket} under two store names (${shown(own.profile)} and ${shown(other)}), ${why}. ` +
    `Give the store one name: ${commands(own, row.name, other)}`
  return { name: 'store', ok: false, message }
}

function shown(profile: S3StorageProfile): string {
  return profile.store === undefined ? unnamedStoreIdentity(profile) : `"${profile.store}"`
}

function update(name: string, store: string): string {
  return `headgate warehouse update ${name} --store ${store}`
}

function commands(
  own: { readonly name: string; readonly profile: S3StorageProfile },
  otherName: string,
  other: S3StorageProfile,
): string {
  if (other.store !== undefined) return update(own.name, other.store)
  if (own.profile.store !== undefined) return update(otherName, own.profile.store)
  const store = nameFor(own.profile)
  return `${update(own.name, store)} && ${update(otherName, store)}`
}

/** Returns a valid store name that is derived from the endpoint of the store. */
function nameFor(profile: S3StorageProfile): string {
  const name = unnamedStoreIdentity(profile)
    .toLowerCase()
    .replaceAll(/[^a-z0-9_.-]+/g, '-')
  return name.replace(/^[^a-z0-9]+/, '').slice(0, 63) || 'store'
}
