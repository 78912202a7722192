import type { ViewHistoryEntry, ViewVersion } from './view-metadata.ts'

/**
 * Returns the versions that a view keeps: the current version and the versions with the highest ids, in their
 * original order.
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

/** Returns the part of a view's version log after the last entry of a removed version, so that the log has no gap. */
export function retainedHistory(
  history: readonly ViewHistoryEntry[],
  versions: readonly ViewVersion[],
): readonly ViewHistoryEntry[] {
  const known = new Set(versions.map((version) => version['version-id']))
  return history.slice(history.findLastIndex((entry) => !known.has(entry['version-id'])) + 1)
}
