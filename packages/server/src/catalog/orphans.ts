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
import { toClaimedPlaces } from './locations.ts'
import { Stale } from './stale.ts'
import type { Warehouse } from './warehouses.ts'

export { type AbandonedCreate, listAbandonedCreates } from '../store/orphans.ts'

/** Number and size of the files at the locations of an abandoned staged table. */
export interface FoundFiles {
  readonly files: number
  readonly bytes: number
  /** True when only the first files were counted, so that there are more files than `files`. */
  readonly more: boolean
}

/** Result of one call of `clearAbandonedCreate`. */
export interface Clearing {
  /** Number of files that this call deleted. */
  readonly deleted: number
  /** False when files remain. The reservation then also remains, so that the call can be repeated. */
  readonly done: boolean
}

const maxCounted = 10_000
/** Number of files that are deleted between two checks of the time limit. */
const batchSize = 250

/**
 * Returns the locations at which an abandoned staged table may have left files, without locations inside
 * another one.
 */
export function findOutermostPrefixes({ prefixes }: Pick<AbandonedCreate, 'prefixes'>): string[] {
  const places: string[] = []
  // In order of length, each location comes after the locations that contain it.
  for (const place of prefixes.toSorted((a, b) => a.length - b.length)) {
    if (!places.some((outer) => contains(parseLocation(outer), parseLocation(place)))) places.push(place)
  }
  return places
}

/** Counts the files at the locations of an abandoned staged table. */
export async function countFiles(
  { storage }: Pick<Warehouse, 'storage'>,
  create: Pick<AbandonedCreate, 'prefixes'>,
  signal: AbortSignal,
): Promise<FoundFiles> {
  let files = 0
  let bytes = 0
  for (const place of findOutermostPrefixes(create)) {
    for await (const entry of storage.list(place, { signal })) {
      if (files === maxCounted) return { files, bytes, more: true }
      files += 1
      if (entry.type === 'object') bytes += entry.info.size
    }
  }
  return { files, bytes, more: false }
}

/**
 * Deletes the files of an abandoned staged table (a table that was staged but never created), and then its
 * reservation. First marks the reservation. The server then refuses commits and tokens of the table, so that
 * files can be deleted without a lock. The marked reservation remains until all files are deleted, so that an
 * interrupted call can be repeated. Deletes files only at locations that the reservation still claims,
 * because files at a released location can belong to other relations.
 *
 * @param policyVersion policy version of the authorization decision. If the policy has changed, no file is
 *   deleted
 * @param until time in epoch ms after which no further batch is started. The caller can then repeat the call
 * @throws Stale when the policy has changed
 * @throws HeadgateError `no-such-object` when the table was created, the reservation was deleted, or the
 *   reservation is younger than `seconds`; `conflict` when one of the locations now belongs to another
 *   relation
 */
export async function clearAbandonedCreate(
  sql: Sql,
  warehouse: Pick<Warehouse, 'id' | 'storage' | 'resolvePlace' | 'storeName'>,
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
  for (const place of findOutermostPrefixes(create)) {
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

/**
 * Returns whether the storage refused to delete a file because its location is malformed. Such a file can
 * never be deleted, so `clearAbandonedCreate` ignores it.
 */
function mayPass({ error }: DeleteFailure): boolean {
  return !isHeadgateError(error, 'bad-request')
}

async function markAsClearing(
  tx: Queryable,
  warehouse: Pick<Warehouse, 'id' | 'resolvePlace' | 'storeName'>,
  key: Parameters<typeof lockAbandonedCreate>[1],
): Promise<AbandonedCreate> {
  // The lock prevents other owners from claiming these locations until the reservation is marked. After that, the
  // reservation itself claims them.
  await lockLocations(tx)
  const found = await lockAbandonedCreate(tx, key)
  if (found === null) throw missingCreate(key.id)
  const claim = toClaimedPlaces(warehouse, findOutermostPrefixes(found).map(parseLocation))
  if (await areTaken(tx, warehouse, claim, [found.id])) {
    throw new HeadgateError(
      'conflict',
      'The location of this abandoned create, or a part of it, now belongs to another table or view, so its files are not deleted.',
    )
  }
  if (!(await markClearing(tx, { id: found.id, warehouseId: warehouse.id }, claim))) throw new Stale()
  return found
}

function missingCreate(id: string): HeadgateError {
  return new HeadgateError(
    'no-such-object',
    `No abandoned create with the id ${id} and the required minimum age exists.`,
  )
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
