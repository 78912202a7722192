import { HeadgateError } from '@headgate/errors'

// A token is [version, last name] as JSON in base64url. A token is not secret and grants no rights: it contains only
// the position in the list, and the server authorizes each page separately. Names in a list are unique and ordered,
// so that pages neither skip nor repeat an item that exists during the whole listing, even if other items are created
// or dropped.
const VERSION = 1
const MAX_LENGTH = 8192

/** Returns the token of the page that follows the name `lastName`. */
export function encodePageToken(lastName: string): string {
  return Buffer.from(JSON.stringify([VERSION, lastName])).toString('base64url')
}

/**
 * Returns the name after which the page of this token starts.
 *
 * @throws {HeadgateError} `bad-request` when `encodePageToken` did not create the token
 */
export function decodePageToken(token: string): string {
  const lastName = token.length <= MAX_LENGTH ? parseLastName(token) : undefined
  // Base64 decoders ignore unknown characters, and JSON text can vary. Only the exact output of the encoder is valid.
  if (lastName === undefined || encodePageToken(lastName) !== token) {
    throw new HeadgateError(
      'bad-request',
      'Invalid pageToken: use the next-page-token of the previous page, unchanged',
    )
  }
  return lastName
}

function parseLastName(token: string): string | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString())
    if (!Array.isArray(value)) return undefined
    const [version, lastName] = value as readonly unknown[]
    return version === VERSION && typeof lastName === 'string' ? lastName : undefined
  } catch {
    return undefined
  }
}
