import { HeadgateError } from '@headgate/errors'

/** Which snapshots the metadata of a loaded table lists. */
export type SnapshotMode = 'all' | 'refs'

/**
 * Reads the query value `snapshots` of loadTable; absent: `all`.
 *
 * @throws {HeadgateError} `bad-request`
 */
export function decodeSnapshotMode(value: string | undefined): SnapshotMode {
  const mode = value?.toLowerCase() ?? 'all'
  if (mode === 'all' || mode === 'refs') return mode
  throw new HeadgateError('bad-request', 'Invalid snapshots: expected all or refs')
}

/**
 * Reads the query value `purgeRequested` of dropTable; absent: false. Python clients write `True`.
 *
 * @throws {HeadgateError} `bad-request`: a typing error must neither keep nor delete files unasked
 */
export function decodePurgeRequested(value: string | undefined): boolean {
  switch (value) {
    case 'true':
    case 'True':
      return true
    case undefined:
    case 'false':
    case 'False':
      return false
    default:
      throw new HeadgateError('bad-request', 'Invalid purgeRequested: expected true or false')
  }
}
