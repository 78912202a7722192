import { isHeadgateError } from '@headgate/errors'

/**
 * True when an error only says that the store can have no object of this key: files have no names with empty segments,
 * among them the `dir/` that some clients look for and leave as the mark of a directory.
 */
export function cannotHold(key: string, error: unknown): boolean {
  return (
    isHeadgateError(error, 'bad-request') && (key.endsWith('/') || key.startsWith('/') || key.includes('//'))
  )
}
