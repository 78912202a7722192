import type { Int64 } from '@headgate/json'
import { invalid } from '../../field-error.ts'
import { MAIN_BRANCH } from '../snapshot/types.ts'
import type { TableMetadata } from '../types.ts'

/**
 * Time by which an entry of a log may be older than the entry before it, in ms, because clocks of machines differ.
 */
const CLOCK_TOLERANCE = 60_000n

/**
 * Checks the consistency of table metadata that was read or built: the UUID and sequence numbers that its format version
 * requires, the references to snapshots, and the order of the logs.
 *
 * @throws {HeadgateError} bad-request
 */
export function checkTable(metadata: TableMetadata): void {
  const version = metadata['format-version']
  if (version > 1 && metadata['table-uuid'] === undefined)
    throw invalid(`UUID is required in format v${version}`)
  if (version === 1 && metadata['last-sequence-number'] !== 0)
    throw invalid(`Sequence number must be 0 in v1: ${metadata['last-sequence-number']}`)
  checkRefs(metadata, checkSnapshots(metadata))
  checkLogs(metadata)
}

function checkSnapshots(metadata: TableMetadata): ReadonlySet<Int64> {
  const ids = new Set<Int64>()
  const last = metadata['last-sequence-number']
  for (const snapshot of metadata.snapshots) {
    const id = snapshot['snapshot-id']
    if (ids.has(id)) throw invalid(`Invalid table metadata: snapshot ${id} comes twice`)
    ids.add(id)
    const sequence = snapshot['sequence-number'] ?? 0
    if (sequence > last)
      throw invalid(
        `Invalid snapshot with sequence number ${sequence} greater than last sequence number ${last}`,
      )
  }
  return ids
}

function checkRefs(metadata: TableMetadata, snapshots: ReadonlySet<Int64>): void {
  const current = metadata['current-snapshot-id']
  if (current !== null && !snapshots.has(current))
    throw invalid('Invalid table metadata: Cannot find current version')
  for (const [name, ref] of Object.entries(metadata.refs)) {
    const id = ref['snapshot-id']
    if (!snapshots.has(id))
      throw invalid(`Snapshot for reference ${name} does not exist in the existing snapshots list: ${id}`)
    if (name !== MAIN_BRANCH || id === current) continue
    if (current === null) throw invalid(`Current snapshot is not set, but main branch exists: ${id}`)
    throw invalid(`Current snapshot ID does not match main branch (${current} != ${id})`)
  }
}

function checkLogs(metadata: TableMetadata): void {
  const updated = metadata['last-updated-ms']
  const history = metadata['snapshot-log'].map((entry) => entry['timestamp-ms'])
  if (!isSorted(history)) throw invalid('Expected sorted snapshot log entries.')
  const lastSnapshot = history.at(-1)
  if (lastSnapshot !== undefined && isBefore(updated, lastSnapshot))
    throw invalid(`Invalid update timestamp ${updated}: before last snapshot log entry at ${lastSnapshot}`)
  const files = metadata['metadata-log'].map((entry) => entry['timestamp-ms'])
  if (!isSorted(files)) throw invalid('Expected sorted previous metadata log entries.')
  const lastFile = files.at(-1)
  if (lastFile !== undefined && isBefore(updated, lastFile))
    throw invalid(
      `Invalid update timestamp ${updated}: before the latest metadata log entry timestamp ${lastFile}`,
    )
}

function isSorted(times: readonly Int64[]): boolean {
  return times.every((time, i) => {
    const previous = times[i - 1]
    return previous === undefined || !isBefore(time, previous)
  })
}

function isBefore(time: Int64, other: Int64): boolean {
  return time < other && BigInt(other) - BigInt(time) > CLOCK_TOLERANCE
}
