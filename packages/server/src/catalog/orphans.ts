import { HeadgateError, isHeadgateError } from '@headgate/errors'
import { contains } from '../storage/location-relations.ts'
import { parseLocation } from '../storage/location.ts'
import { lockLocations, overlapsOthers, overlapsStaged } from '../store/locations.ts'
import { type AbandonedCreate, deleteAbandonedCreate, lockAbandonedCreate } from '../store/orphans.ts'
import type { Riders } from '../store/riders.ts'
import type { DeleteFailure, ListEntry } from '../storage/storage.ts'
import type { Queryable, Sql } from '../store/sql.ts'
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
/** Deleted while the places are held, for which others wait. */
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
 * Deletes the files that were written for an abandoned create, and then forgets it. Until the end it is on record, so a
 * clearing that broke off can be repeated; and before each batch it is made sure that nobody finished it or took its
 * place meanwhile.
 *
 * @param until epoch ms at which it stops after the batch that it is at, for the caller to go on
 * @throws HeadgateError `no-such-object` when it was finished or forgotten, or is younger than `seconds`, `conflict`
 *   when one of its places belongs to another relation by now
 */
export async function clearAbandonedCreate(
  sql: Sql,
  warehouse: Pick<Warehouse, 'id' | 'storage'>,
  at: { readonly id: string; readonly seconds: number; readonly until: number },
  riders: (create: AbandonedCreate, deleted: number) => Riders,
  signal: AbortSignal,
): Promise<Clearing> {
  const { storage } = warehouse
  const key = { id: at.id, seconds: at.seconds, warehouseId: warehouse.id }
  let create: AbandonedCreate = await sql.transaction((tx) => hold(tx, key))
  let deleted = 0
  for (const place of placesOf(create)) {
    for await (const batch of batches(storage.list(place, { signal }))) {
      if (deleted > 0 && Date.now() >= at.until) return { create, deleted, done: false }
      const cleared = await sql.transaction(async (tx) => {
        const held = await hold(tx, key)
        const { failed } = await storage.deleteMany(batch, { signal })
        const failure = failed.find(mayPass)
        if (failure !== undefined) throw failure.error
        return { create: held, deleted: batch.length - failed.length }
      })
      create = cleared.create
      deleted += cleared.deleted
    }
  }
  await sql.transaction(async (tx) => {
    create = await hold(tx, key)
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

async function hold(tx: Queryable, key: Parameters<typeof lockAbandonedCreate>[1]): Promise<AbandonedCreate> {
  // Nothing can begin to use its places while they are cleared.
  await lockLocations(tx)
  const found = await lockAbandonedCreate(tx, key)
  if (found === null)
    throw new HeadgateError(
      'no-such-object',
      `There is no abandoned create with the id ${key.id} of that age.`,
    )
  const claim = claimOf(placesOf(found).map(parseLocation))
  if ((await overlapsOthers(tx, found.id, claim)) || (await overlapsStaged(tx, found.id, claim))) {
    throw new HeadgateError(
      'conflict',
      'Its location, or a part of it, belongs to another table or view by now: its files stay.',
    )
  }
  return found
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
