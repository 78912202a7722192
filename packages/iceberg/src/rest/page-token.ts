import { HeadgateError } from '@headgate/errors'

// A token is [version, last name] as JSON in base64url. It is no secret and no right: it only says where to go on, and
// every page is authorised for itself. Names are ordered and unique in a list, so pages neither skip nor repeat what
// was there all along, whatever is created or dropped in between.
const VERSION = 1
const MAX_LENGTH = 8192

/** The token of the page after the one that ends with `lastName`. */
export function encodePageToken(lastName: string): string {
  return Buffer.from(JSON.stringify([VERSION, lastName])).toString('base64url')
}

/**
 * The name after which the page of this token starts.
 *
 * @throws {HeadgateError} `bad-request` for anything `encodePageToken` did not make
 */
export function decodePageToken(token: string): string {
  const lastName = token.length <= MAX_LENGTH ? lastNameOf(token) : undefined
  // Only one spelling is ours: base64 decoders ignore characters they do not know, and JSON has many spellings.
  if (lastName === undefined || encodePageToken(lastName) !== token) {
    throw new HeadgateError(
      'bad-request',
      'Invalid pageToken: use the next-page-token of the page before, unchanged',
    )
  }
  return lastName
}

function lastNameOf(token: string): string | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString())
    if (!Array.isArray(value)) return undefined
    const [version, lastName] = value as readonly unknown[]
    return version === VERSION && typeof lastName === 'string' ? lastName : undefined
  } catch {
    return undefined
  }
}
