import { HeadgateError } from '@headgate/errors'

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/**
 * Decodes the header `Idempotency-Key`, a UUID of version 7 (RFC 9562), and converts it to lower case.
 *
 * @returns undefined when the header is absent
 * @throws {HeadgateError} `bad-request`
 */
export function decodeIdempotencyKey(header: string | null | undefined): string | undefined {
  if (header === null || header === undefined) return undefined
  const key = header.toLowerCase()
  if (!UUID_V7.test(key)) {
    throw new HeadgateError(
      'bad-request',
      'Invalid Idempotency-Key: expected a version 7 UUID of 36 characters',
    )
  }
  return key
}
