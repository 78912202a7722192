import { HeadgateError } from '@headgate/errors'

/**
 * Decodes one percent-encoded path segment or query value. `+` is decoded as a space, also in paths, because the
 * reference client uses form encoding in all names. Clients encode a plus sign as `%2B`.
 *
 * @param what kind of the value, for the message
 * @throws {HeadgateError} `bad-request` for an incomplete or non-hexadecimal escape, and for bytes that are not UTF-8
 */
export function decodePercent(raw: string, what: string): string {
  try {
    // decodeURIComponent refuses incomplete escapes, overlong forms of UTF-8 and encoded surrogates.
    return decodeURIComponent(raw.replaceAll('+', ' '))
  } catch {
    throw new HeadgateError('bad-request', `Invalid ${what}: broken percent-encoding`)
  }
}
