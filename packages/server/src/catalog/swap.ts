import { setImmediate as turn } from 'node:timers/promises'
import { isHeadgateError } from '@headgate/errors'
import { overlapsOthers } from '../store/locations.ts'
import type { Standing } from '../store/relation-writes.ts'
import { isUuidTaken, metadataKeyOf } from '../store/relations.ts'
import type { Riders } from '../store/riders.ts'
import { uuidTakenError } from './existing.ts'
import { overlapError } from './locations.ts'
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
    if (!isHeadgateError(error, 'commit-state-unknown')) discard(parts, changes)
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
 * Nothing is written into what may be another's place, not even for a moment. The look that counts is in the transaction,
 * under its lock.
 */
async function checkPlaces({ sql, resolver }: CatalogParts, changes: readonly Prepared[]): Promise<void> {
  for (const { claim, write, warehouse, identifier } of changes) {
    if (claim === null) continue
    if (!(await overlapsOthers(sql, idOf(write), claim))) continue
    if (write.type !== 'create') throw overlapError()
    // Whoever has the place may be the same create, which was quicker, or the very table that is registered once more:
    // then the name or the uuid is taken, which is another answer.
    const { kind, uuid } = write.relation
    if ((await resolver.whatStands(warehouse.id, identifier)).relation !== null) throw new Stale()
    throw (await isUuidTaken(sql, warehouse.id, uuid)) ? uuidTakenError(kind, identifier) : overlapError()
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

/** Files that surely no pointer names. What cannot be deleted is left for the search of orphans. */
function discard(parts: CatalogParts, written: readonly Prepared[]): void {
  for (const { warehouse, file, fileExists } of written) {
    if (fileExists) continue
    warehouse.storage.delete(file.location).catch((error: unknown) => {
      parts.log.warn({ err: error, location: file.location }, 'an unused metadata file could not be deleted')
    })
  }
}

function deleteExpired(parts: CatalogParts, { warehouse, expired }: Prepared): void {
  warehouse.storage.deleteMany(expired).catch((error: unknown) => {
    parts.log.warn({ err: error, count: expired.length }, 'old metadata files could not be deleted')
  })
}
