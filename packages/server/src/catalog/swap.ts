import { setImmediate as turn } from 'node:timers/promises'
import { isHeadgateError } from '@headgate/errors'
import type { Standing } from '../store/relation-writes.ts'
import { isUuidTaken, metadataKeyOf } from '../store/relations.ts'
import type { Riders } from '../store/riders.ts'
import { checkChosenPlaces } from './chosen-places.ts'
import { uuidTakenError } from './existing.ts'
import { movePointers, type Written } from './move-pointers.ts'
import type { CatalogParts } from './parts.ts'
import type { Prepared } from './prepare.ts'
import { Stale } from './stale.ts'

/**
 * Makes prepared changes true, all or none: writes the metadata files, then moves the pointers in one transaction.
 *
 * What a caller may rely on: an error other than `commit-state-unknown` means that nothing was committed, and the
 * files written for it are deleted. When the state is unknown nothing is deleted: a file may be in use. A process
 * that dies in between leaves files that no pointer names.
 *
 * `unchanged` are relations that the caller looked at and leaves as they are: they too must stand where they stood.
 *
 * @throws Stale when something moved since the changes were prepared
 * @throws HeadgateError `commit-state-unknown` when the answer of the store was lost, `unavailable` when storage failed
 */
export async function swap(
  parts: CatalogParts,
  changes: readonly Prepared[],
  riders: Riders,
  unchanged: readonly Standing[] = [],
): Promise<void> {
  await checkPlaces(parts, changes)
  let written: readonly Written[] = []
  try {
    written = await writeFiles(changes)
    await movePointers(parts, written, riders, unchanged)
  } catch (error) {
    if (!isHeadgateError(error, 'commit-state-unknown')) {
      const discarded = discard(parts, changes)
      // The next attempt finds a chosen place empty only when the file of this one is gone.
      if (changes.some(({ chosen }) => chosen !== null)) await discarded
    }
    throw error
  }
  for (const { bodies, ...change } of written) {
    change.remember(bodies.digest)
    parts.bodies.add(change, keyOf(change, bodies.digest), change.file.text, bodies.body)
    if (change.expired.length > 0) deleteExpired(parts, change)
  }
}

function keyOf({ write, file }: Prepared, digest: string): string {
  return metadataKeyOf({ id: idOf(write), digest, metadataLocation: file.location })
}

function idOf(write: Prepared['write']): string {
  return write.type === 'create' ? write.relation.id : write.replacement.standing.id
}

/**
 * Checks chosen places before anything is written there. The comparison that decides is repeated in the transaction,
 * under the lock.
 */
async function checkPlaces({ sql, resolver }: CatalogParts, changes: readonly Prepared[]): Promise<void> {
  for (const { chosen, write, warehouse, identifier } of changes) {
    if (chosen === null) continue
    try {
      await checkChosenPlaces(sql, warehouse, chosen, [idOf(write)])
    } catch (error) {
      if (write.type !== 'create') throw error
      // The same create, which was quicker, or the very table that is registered again may have the place: then the
      // name or the uuid is taken, which is another error.
      const { kind, uuid } = write.relation
      if ((await resolver.whatStands(warehouse.id, identifier)).relation !== null) throw new Stale()
      throw (await isUuidTaken(sql, warehouse.id, uuid)) ? uuidTakenError(kind, identifier) : error
    }
  }
}

// The pointer moves when the file is surely there, and before that its name is nobody's business.
const putOptions = { contentType: 'application/json', unreferenced: true }

/** Waits for every file, also after one failed, so that none appears after the clean-up. */
async function writeFiles(changes: readonly Prepared[]): Promise<Written[]> {
  const results = await Promise.allSettled(
    changes.map(async (change): Promise<Written> => {
      const { warehouse, file, fileExists } = change
      const writing = fileExists ? undefined : warehouse.storage.put(file.location, file.content, putOptions)
      // A request goes out at the end of a turn, and packing would hold it up.
      const packing = turn().then(() => file.bodies())
      const [put, packed] = await Promise.allSettled([writing, packing])
      if (put.status === 'rejected') throw put.reason
      if (packed.status === 'rejected') throw packed.reason
      return { ...change, bodies: packed.value }
    }),
  )
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  })
}

/** Deletes files that surely no pointer names. Never rejects: what cannot be deleted is logged and stays. */
async function discard(parts: CatalogParts, written: readonly Prepared[]): Promise<void> {
  const deletions = written
    .filter(({ fileExists }) => !fileExists)
    .map(({ warehouse, file }) =>
      warehouse.storage.delete(file.location).catch((error: unknown) => {
        parts.log.warn(
          { err: error, location: file.location },
          'an unused metadata file could not be deleted',
        )
      }),
    )
  await Promise.all(deletions)
}

function deleteExpired(parts: CatalogParts, { warehouse, expired }: Prepared): void {
  warehouse.storage.deleteMany(expired).catch((error: unknown) => {
    parts.log.warn({ err: error, count: expired.length }, 'old metadata files could not be deleted')
  })
}
