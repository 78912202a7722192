import type { Int64 } from '@headgate/json'
import type { Draft } from '../builder/draft.ts'
import type { PartitionStatisticsFile, StatisticsFile } from '../statistics/types.ts'

// A snapshot has at most one statistics file of each kind. Setting a file replaces the previous one.

/** Sets the statistics file of a snapshot. The file names the snapshot. */
export function setStatistics(draft: Draft, file: StatisticsFile): void {
  draft.statistics.set(file['snapshot-id'], [file])
  draft.changes.any = true
}

/** Removes the statistics file of a snapshot, if it has one. */
export function removeStatistics(draft: Draft, snapshotId: Int64): void {
  if (draft.statistics.delete(snapshotId)) draft.changes.any = true
}

/** Sets the partition statistics file of a snapshot. The file names the snapshot. */
export function setPartitionStatistics(draft: Draft, file: PartitionStatisticsFile): void {
  draft.partitionStatistics.set(file['snapshot-id'], [file])
  draft.changes.any = true
}

/** Removes the partition statistics file of a snapshot, if it has one. */
export function removePartitionStatistics(draft: Draft, snapshotId: Int64): void {
  if (draft.partitionStatistics.delete(snapshotId)) draft.changes.any = true
}
