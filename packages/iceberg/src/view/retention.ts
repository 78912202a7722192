import type { ViewHistoryEntry, ViewVersion } from './view-metadata.ts'

/**
 * The `keep` versions with the highest ids, the current one always among them, in the order they had.
 */
export function retainedVersions(
  versions: readonly ViewVersion[],
  current: ViewVersion,
  keep: number,
): readonly ViewVersion[] {
  if (versions.length <= keep) return versions
  const newestFirst = versions
    .filter((version) => version !== current)
    .toSorted((a, b) => b['version-id'] - a['version-id'])
  const kept = new Set([current, ...newestFirst.slice(0, keep - 1)])
  return versions.filter((version) => kept.has(version))
}

/**
 * The part of the log that still tells a whole story: everything up to the last entry of a version that is gone
 * falls away.
 */
export function retainedHistory(
  history: readonly ViewHistoryEntry[],
  versions: readonly ViewVersion[],
): readonly ViewHistoryEntry[] {
  const known = new Set(versions.map((version) => version['version-id']))
  return history.slice(history.findLastIndex((entry) => !known.has(entry['version-id'])) + 1)
}
