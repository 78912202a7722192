import { canonicalPrefix, parseLocation, parseObjectLocation, type Storage } from '@headgate/storage'
import { deleteBatchSize, type PurgedFiles } from './purged-files.ts'

const maxPasses = 3
const uuidName = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\/$/

/**
 * Returns true for a location that `defaultLocation` created: it is directly below the root of the warehouse
 * and has a random name, so all files in it were written for this table. A location that a client chose may
 * contain other files.
 */
export function isOurChoice(location: string, root: string): boolean {
  const prefix = canonicalPrefix(parseLocation(location))
  const above = canonicalPrefix(parseLocation(root))
  return prefix.startsWith(above) && uuidName.test(prefix.slice(above.length))
}

/**
 * Deletes the remaining files below the location except `last`: files of failed commits and of expired snapshots.
 *
 * @param last null: no file is kept
 */
export async function sweepLocation(
  storage: Storage,
  location: string,
  last: string | null,
  signal: AbortSignal,
  files: PurgedFiles,
): Promise<void> {
  const kept = last === null ? null : parseObjectLocation(last).canonical
  // A listing can skip files while other files are deleted, so the loop lists again until the listing is empty.
  for (let pass = 0; pass < maxPasses; pass += 1) {
    let found = 0
    let batch: string[] = []
    for await (const entry of storage.list(canonicalPrefix(parseLocation(location)), { signal })) {
      // `files.delete` skips files whose names are not valid locations, so such files remain.
      if (entry.location === kept) continue
      found += 1
      batch.push(entry.location)
      if (batch.length < deleteBatchSize) continue
      await files.delete(batch)
      batch = []
    }
    await files.delete(batch)
    if (found === 0) return
  }
}
