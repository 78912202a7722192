import { HeadgateError } from '@headgate/errors'

/** Snapshots that the metadata of a loaded table contains: all, or those that branches and tags refer to. */
export type SnapshotMode = 'all' | 'refs'

/**
 * Decodes the query parameter `snapshots` of loadTable. Default: `all`.
 *
 * @throws {HeadgateError} `bad-request`
 */
export function decodeSnapshotMode(value: string | undefined): SnapshotMode {
  const mode = value?.toLowerCase() ?? 'all'
  if (mode === 'all' || mode === 'refs') return mode
  throw new HeadgateError('bad-request', 'Invalid snapshots: expected all or refs')
}

/**
 * Decodes the query parameter `purgeRequested` of dropTable. Default: false. Accepts `True`, which Python clients send.
 *
 * @throws {HeadgateError} `bad-request` for other values, so that a typing error neither keeps nor deletes files
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
