import { HeadgateError, isHeadgateError } from '@headgate/errors'
import { contains } from '../storage/location-relations.ts'
import { parseLocation } from '../storage/location.ts'
import { lockLocations } from '../store/location-claims.ts'
import {
  type AbandonedCreate,
  deleteAbandonedCreate,
  lockAbandonedCreate,
  markClearing,
} from '../store/orphans.ts'
import type { Riders } from '../store/riders.ts'
import type { DeleteFailure, ListEntry } from '../storage/storage.ts'
import type { Queryable, Sql } from '../store/sql.ts'
import { areTaken } from './chosen-places.ts'
import { confirmPolicy } from './confirm-policy.ts'
import { claimOf } from './locations.ts'
import { Stale } from './stale.ts'
import type { Warehouse } from './warehouses.ts'

/** Files below some places. */
export interface FoundFiles {
  readonly files: number
  readonly bytes: number
  /** True: there are more, and the counts are of the first ones only. */
  readonly more: boolean
}

/** How far a clearing came. */
export interface Clearing {
  readonly create: AbandonedCreate
  /** Files that this call deleted. */
  readonly deleted: number
  /** False: there are more, and the create is on record still. */
  readonly done: boolean
}

const maxCounted = 10_000
/** Files that are deleted between two looks at the time. */
const batchSize = 250

/** Everywhere that a create may have left files, without places that lie in another one. */
export function placesOf({ location, prefixes }: Pick<AbandonedCreate, 'location' | 'prefixes'>): string[] {
  const places: string[] = []
  // The shortest first: whatever holds a place comes before it.
  for (const place of [location, ...prefixes].toSorted((a, b) => a.length - b.length)) {
    if (!places.some((outer) => contains(parseLocation(outer), parseLocation(place)))) places.push(place)
  }
  return places
}

/** Counts what lies where a create was begun. */
export async function countFiles(
  { storage }: Pick<Warehouse, 'storage'>,
  create: Pick<AbandonedCreate, 'location' | 'prefixes'>,
  signal: AbortSignal,
): Promise<FoundFiles> {
  let files = 0
  let bytes = 0
  for (const place of placesOf(create)) {
    for await (const entry of storage.list(place, { signal })) {
      if (files === maxCounted) return { files, bytes, more: true }
      files += 1
      if (entry.type === 'object') bytes += entry.info.size
    }
  }
  return { files, bytes, more: false }
}

/**
 * Deletes the files that were written for an abandoned create, and then its record. First marks the create as being
 * cleared: from then on its commit and its tokens are refused, so that files are deleted without any lock. The mark and
 * the record stay until the end: a clearing that was interrupted can be repeated.
 *
 * @param until epoch ms at which it stops after the current batch, for the caller to go on
 * @throws HeadgateError `no-such-object` when it was finished or deleted, or is younger than `seconds`, `conflict` when one
 *   of its places belongs to another relation by now
 */
export async function clearAbandonedCreate(
  sql: Sql,
  warehouse: Pick<Warehouse, 'id' | 'storage' | 'placeOf'>,
  at: { readonly id: string; readonly seconds: number; readonly until: number },
  riders: (create: AbandonedCreate, deleted: number) => Riders,
  signal: AbortSignal,
): Promise<Clearing> {
  const { storage } = warehouse
  const key = { id: at.id, seconds: at.seconds, warehouseId: warehouse.id }
  const create = await sql.transaction((tx) => markAsClearing(tx, warehouse, key))
  let deleted = 0
  for (const place of placesOf(create)) {
    for await (const batch of batches(storage.list(place, { signal }))) {
      if (deleted > 0 && Date.now() >= at.until) return { create, deleted, done: false }
      const { failed } = await storage.deleteMany(batch, { signal })
      const failure = failed.find(mayPass)
      if (failure !== undefined) throw failure.error
      deleted += batch.length - failed.length
    }
  }
  await sql.transaction(async (tx) => {
    if ((await lockAbandonedCreate(tx, key)) === null) throw missingCreate(at.id)
    const taken = riders(create, deleted)
    if (!(await deleteAbandonedCreate(tx, at.id, taken))) throw new Stale()
    await confirmPolicy(tx, taken)
  })
  return { create, deleted, done: true }
}

/** What the storage calls no location at all will never go. */
function mayPass({ error }: DeleteFailure): boolean {
  return !isHeadgateError(error, 'bad-request')
}

async function markAsClearing(
  tx: Queryable,
  warehouse: Pick<Warehouse, 'id' | 'placeOf'>,
  key: Parameters<typeof lockAbandonedCreate>[1],
): Promise<AbandonedCreate> {
  // No claim is added to its places between this comparison and the mark; its own claims keep others out afterwards.
  await lockLocations(tx)
  const found = await lockAbandonedCreate(tx, key)
  if (found === null) throw missingCreate(key.id)
  const claim = claimOf(warehouse, placesOf(found).map(parseLocation))
  if (await areTaken(tx, warehouse, claim, [found.id])) {
    throw new HeadgateError(
      'conflict',
      'Its location, or a part of it, belongs to another table or view by now: its files stay.',
    )
  }
  await markClearing(tx, found.id, claim)
  return found
}

function missingCreate(id: string): HeadgateError {
  return new HeadgateError('no-such-object', `There is no abandoned create with the id ${id} of that age.`)
}

async function* batches(entries: AsyncIterable<ListEntry>): AsyncGenerator<readonly string[]> {
  let batch: string[] = []
  for await (const { location } of entries) {
    batch.push(location)
    if (batch.length < batchSize) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
