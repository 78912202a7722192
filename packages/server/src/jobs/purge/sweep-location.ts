import { canonicalPrefix } from '../../storage/location-relations.ts'
import { parseLocation, parseObjectLocation } from '../../storage/location.ts'
import type { Storage } from '../../storage/storage.ts'
import { deleteBatchSize, type PurgedFiles } from './purged-files.ts'

const maxPasses = 3
const uuidName = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\/$/

/**
 * True for a location as `defaultLocation` makes it: right below the warehouse's place, with a name that nobody guesses.
 * All that lies there was put there for this relation. Of a location that somebody chose this is not known.
 */
export function isOurChoice(location: string, root: string): boolean {
  const prefix = canonicalPrefix(parseLocation(location))
  const above = canonicalPrefix(parseLocation(root))
  return prefix.startsWith(above) && uuidName.test(prefix.slice(above.length))
}

/** Deletes what is left below the location but the file `last`: files of commits that failed, of snapshots that expired. */
export async function sweepLocation(
  storage: Storage,
  location: string,
  last: string,
  signal: AbortSignal,
  files: PurgedFiles,
): Promise<void> {
  const kept = parseObjectLocation(last).canonical
  // A listing during which things vanish may pass over some: it is repeated until there is nothing.
  for (let pass = 0; pass < maxPasses; pass += 1) {
    let found = 0
    let batch: string[] = []
    for await (const entry of storage.list(canonicalPrefix(parseLocation(location)), { signal })) {
      // A name that is no location of ours may lie there too: it is for `files` to pass over.
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
