import { isHeadgateError } from '@headgate/errors'

/**
 * Returns true when an error only means that the store cannot contain an object of this key. Files have no names with empty
 * segments, such as the `dir/` that some clients read and write as the marker of a directory.
 */
export function cannotHold(key: string, error: unknown): boolean {
  return (
    isHeadgateError(error, 'bad-request') && (key.endsWith('/') || key.startsWith('/') || key.includes('//'))
  )
}
