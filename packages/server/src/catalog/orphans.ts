import { HeadgateError } from '@headgate/errors'
import { ancestorPrefixes } from '../storage/location-relations.ts'
import { parseLocation } from '../storage/location.ts'
import { type AbandonedCreate, deleteAbandonedCreate, lockAbandonedCreate } from '../store/orphans.ts'
import type { Riders } from '../store/riders.ts'
import type { ListEntry } from '../storage/storage.ts'
import type { Queryable, Sql } from '../store/sql.ts'
import { Stale } from './stale.ts'
import type { Warehouse } from './warehouses.ts'

/** Files below a location. */
export interface FoundFiles {
  readonly files: number
  readonly bytes: number
  /** True: there are more, and the counts are of the first ones only. */
  readonly more: boolean
}

const maxCounted = 10_000
/** Deleted while the place is held, for which others wait. */
const batchSize = 250

/** Counts what lies where a create was begun. */
export async function countFiles(
  { storage }: Pick<Warehouse, 'storage'>,
  location: string,
  signal: AbortSignal,
): Promise<FoundFiles> {
  let files = 0
  let bytes = 0
  for await (const entry of storage.list(location, { signal })) {
    if (files === maxCounted) return { files, bytes, more: true }
    files += 1
    if (entry.type === 'object') bytes += entry.info.size
  }
  return { files, bytes, more: false }
}

/**
 * Deletes the files that were written for an abandoned create, and then forgets it. Until the end it is on record, so a
 * clearing that broke off can be repeated; and before each batch it is made sure that nobody finished it or took its
 * place meanwhile.
 *
 * @throws HeadgateError `no-such-object` when it was finished or forgotten, or is younger than `seconds`, `conflict`
 *   when its location belongs to another relation by now
 */
export async function clearAbandonedCreate(
  sql: Sql,
  warehouse: Pick<Warehouse, 'id' | 'storage'>,
  at: { readonly id: string; readonly seconds: number },
  riders: (create: AbandonedCreate, deleted: number) => Riders,
  signal: AbortSignal,
): Promise<{ readonly create: AbandonedCreate; readonly deleted: number }> {
  const { storage } = warehouse
  const key = { ...at, warehouseId: warehouse.id }
  let create: AbandonedCreate = await sql.transaction((tx) => hold(tx, key))
  let deleted = 0
  for await (const batch of batches(storage.list(create.location, { signal }))) {
    create = await sql.transaction(async (tx) => {
      const held = await hold(tx, key)
      const { failed } = await storage.deleteMany(batch, { signal })
      const [failure] = failed
      if (failure !== undefined) throw failure.error
      return held
    })
    deleted += batch.length
  }
  await sql.transaction(async (tx) => {
    create = await hold(tx, key)
    if (!(await deleteAbandonedCreate(tx, at.id, riders(create, deleted)))) throw new Stale()
  })
  return { create, deleted }
}

async function hold(tx: Queryable, key: Parameters<typeof lockAbandonedCreate>[1]): Promise<AbandonedCreate> {
  const found = await lockAbandonedCreate(tx, key, (location) => ancestorPrefixes(parseLocation(location)))
  if (found === null)
    throw new HeadgateError(
      'no-such-object',
      `There is no abandoned create with the id ${key.id} of that age.`,
    )
  if (found.inUse) {
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
