import { isHeadgateError } from '@headgate/errors'

/**
 * Returns true when the storage refused a key because a file cannot have this name, so no such object exists. Files
 * have no names with empty segments, such as the key `dir/` that some clients read and write as a directory marker.
 */
export function cannotHold(key: string, error: unknown): boolean {
  return (
    isHeadgateError(error, 'bad-request') && (key.endsWith('/') || key.startsWith('/') || key.includes('//'))
  )
}
