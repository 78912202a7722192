import { DELETE_AFTER_COMMIT, intProperty, PREVIOUS_VERSIONS_MAX } from '../properties.ts'
import type { MetadataLogEntry, TableMetadata } from '../types.ts'

const DEFAULT_MAX = 100

/** The metadata log after a commit, and the metadata files of removed entries, which the caller may delete. */
export interface MetadataLog {
  readonly entries: readonly MetadataLogEntry[]
  readonly expired: readonly string[]
}

/**
 * Appends the metadata file that a commit replaces to the metadata log, if there is such a file. Removes the oldest
 * entries above the limit that the new properties of the table set. Returns expired files only if the properties of
 * the table enable their deletion.
 */
export function appendMetadataLog(
  base: TableMetadata,
  location: string | null,
  properties: ReadonlyMap<string, string>,
): MetadataLog {
  const previous = base['metadata-log']
  if (location === null) return { entries: previous, expired: [] }
  const max = Math.max(
    1,
    intProperty(PREVIOUS_VERSIONS_MAX, properties.get(PREVIOUS_VERSIONS_MAX), DEFAULT_MAX),
  )
  const kept = max === 1 ? [] : previous.slice(-(max - 1))
  const deletes = properties.get(DELETE_AFTER_COMMIT)?.toLowerCase() === 'true'
  const expired = deletes ? previous.slice(0, previous.length - kept.length) : []
  return {
    entries: [...kept, { 'timestamp-ms': base['last-updated-ms'], 'metadata-file': location }],
    expired: expired.map((entry) => entry['metadata-file']),
  }
}
