import { HeadgateError } from '@headgate/errors'

/**
 * Decodes one percent-encoded path segment or query value. `+` is a space, in paths too: the reference client writes
 * names in form encoding everywhere, and clients that mean a plus write `%2B`.
 *
 * @param what what it is, for the message
 * @throws {HeadgateError} `bad-request` for an incomplete or non-hexadecimal escape, and for bytes that are not UTF-8
 */
export function decodePercent(raw: string, what: string): string {
  try {
    // decodeURIComponent refuses all of it: broken escapes, overlong forms, encoded surrogates.
    return decodeURIComponent(raw.replaceAll('+', ' '))
  } catch {
    throw new HeadgateError('bad-request', `Invalid ${what}: broken percent-encoding`)
  }
}
