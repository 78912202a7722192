import { HeadgateError, isHeadgateError } from '@headgate/errors'
import { contains, type DeleteFailure, type ListEntry, parseLocation } from '@headgate/storage'
import { lockLocations } from '../store/location-claims.ts'
import {
  type AbandonedCreate,
  deleteAbandonedCreate,
  lockAbandonedCreate,
  markClearing,
} from '../store/orphans.ts'
import { type CommitRecord, writeRecord } from '../store/commit-record.ts'
import type { Queryable, Sql } from '../store/sql.ts'
import { areTaken } from './chosen-places.ts'
import { confirmPolicy } from './confirm-policy.ts'
import { claimOf } from './locations.ts'
import { Stale } from './stale.ts'
import type { Warehouse } from './warehouses.ts'

export { type AbandonedCreate, listAbandonedCreates } from '../store/orphans.ts'

/** Number of files below some locations. */
export interface FoundFiles {
  readonly files: number
  readonly bytes: number
  /** True: there are more files, and the counts cover only the first ones. */
  readonly more: boolean
}

/** Progress of a clearing. */
export interface Clearing {
  /** Files that this call deleted. */
  readonly deleted: number
  /** False: files remain, and so does the record of the create. */
  readonly done: boolean
}

const maxCounted = 10_000
/** Number of files that are deleted between two checks of the time. */
const batchSize = 250

/** Returns the locations where a create may have left files, without those that lie inside another one. */
export function placesOf({ prefixes }: Pick<AbandonedCreate, 'prefixes'>): string[] {
  const places: string[] = []
  // Sorts by length: a location follows those that contain it.
  for (const place of prefixes.toSorted((a, b) => a.length - b.length)) {
    if (!places.some((outer) => contains(parseLocation(outer), parseLocation(place)))) places.push(place)
  }
  return places
}

/** Counts the files at the locations of a staged create. */
export async function countFiles(
  { storage }: Pick<Warehouse, 'storage'>,
  create: Pick<AbandonedCreate, 'prefixes'>,
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
 * cleared: from then on its commit and its tokens are refused, so that files are deleted without a lock. The mark and the
 * record stay until all files are deleted, so that an interrupted clearing can be repeated. Deletes only in locations that
 * the create still claims, because files in a released location can belong to others.
 *
 * @param policyVersion of the decision. No file is deleted when the policy has changed since
 * @param until epoch ms at which it stops after the current batch, so that the caller can continue
 * @throws Stale when the policy has changed
 * @throws HeadgateError `no-such-object` when it was completed or deleted, or is younger than `seconds`, `conflict` when
 *   one of its locations now belongs to another relation
 */
export async function clearAbandonedCreate(
  sql: Sql,
  warehouse: Pick<Warehouse, 'id' | 'storage' | 'placeOf' | 'storeName'>,
  at: {
    readonly id: string
    readonly seconds: number
    readonly policyVersion: number
    readonly until: number
  },
  record: (create: AbandonedCreate, deleted: number) => CommitRecord,
  signal: AbortSignal,
): Promise<Clearing> {
  const { storage } = warehouse
  const key = { id: at.id, seconds: at.seconds, warehouseId: warehouse.id }
  const create = await sql.transaction(async (tx) => {
    const marked = await markAsClearing(tx, warehouse, key)
    await confirmPolicy(tx, at)
    return marked
  })
  let deleted = 0
  for (const place of placesOf(create)) {
    for await (const batch of batches(storage.list(place, { signal }))) {
      if (deleted > 0 && Date.now() >= at.until) {
        await writeRecord(sql, record(create, deleted))
        return { deleted, done: false }
      }
      const { failed } = await storage.deleteMany(batch, { signal })
      const failure = failed.find(mayPass)
      if (failure !== undefined) throw failure.error
      deleted += batch.length - failed.length
    }
  }
  await sql.transaction(async (tx) => {
    if ((await lockAbandonedCreate(tx, key)) === null) throw missingCreate(at.id)
    const taken = record(create, deleted)
    if (!(await deleteAbandonedCreate(tx, at.id, taken))) throw new Stale()
    await confirmPolicy(tx, taken)
  })
  return { deleted, done: true }
}

/** Returns whether the storage refuses a location as malformed; its file can never be deleted. */
function mayPass({ error }: DeleteFailure): boolean {
  return !isHeadgateError(error, 'bad-request')
}

async function markAsClearing(
  tx: Queryable,
  warehouse: Pick<Warehouse, 'id' | 'placeOf' | 'storeName'>,
  key: Parameters<typeof lockAbandonedCreate>[1],
): Promise<AbandonedCreate> {
  // No claim is added to its locations between this comparison and the mark; afterwards its own claims exclude others.
  await lockLocations(tx)
  const found = await lockAbandonedCreate(tx, key)
  if (found === null) throw missingCreate(key.id)
  const claim = claimOf(warehouse, placesOf(found).map(parseLocation))
  if (await areTaken(tx, warehouse, claim, [found.id])) {
    throw new HeadgateError(
      'conflict',
      'Its location, or a part of it, now belongs to another table or view, so its files are not deleted.',
    )
  }
  if (!(await markClearing(tx, { id: found.id, warehouseId: warehouse.id }, claim))) throw new Stale()
  return found
}

function missingCreate(id: string): HeadgateError {
  return new HeadgateError('no-such-object', `No abandoned create has the id ${id} and that age.`)
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
