import { HeadgateError } from '@headgate/errors'
import { checkCharacters, checkEscapes, shown } from './location-text.ts'
import type { StorageScheme } from './storage.ts'

/** Location in an object store. Two locations are equal if their `canonical` forms are equal. */
export interface Location {
  readonly scheme: StorageScheme
  /** The text as the caller wrote it. Metadata stores this form. */
  readonly text: string
  /** Form for comparisons: `s3://bucket/a/b` or `file:///a/b`. Ends with `/` only if the key is empty. */
  readonly canonical: string
  /** Name of the bucket. Empty for files. */
  readonly bucket: string
  /** Path without a leading slash; empty for the root of a bucket or file system. Percent escapes are not decoded. */
  readonly key: string
}

/** Prefix of the names of files and directories that the file storage reserves for itself. */
export const reservedNamePrefix = '.headgate-'

const bucketName = /^[a-z0-9](?:[a-z0-9-]|\.(?!\.)){1,61}[a-z0-9]$/
const maxKeyBytes = 1024
const maxNameBytes = 255

/**
 * Parses the location of a warehouse, namespace or relation. Refuses texts that two readers could interpret as two
 * locations: `.`, `..` and empty segments, and percent escapes (single or repeated) of these, of separators or of
 * bytes that are not UTF-8. Removes one trailing slash.
 *
 * @throws HeadgateError `bad-request` with a message that names the problem and the location
 */
export function parseLocation(text: string): Location {
  const { scheme, bucket, key: raw } = split(text)
  checkEscapes(text, raw)
  const key = raw.endsWith('/') ? raw.slice(0, -1) : raw
  checkSegments(text, scheme, raw === '' ? [] : key.split('/'), false)
  return located(text, scheme, bucket, key)
}

/**
 * Parses the location of an object. Percent escapes are not decoded, because writers use them in names
 * (`day=2024%2F01`). Refuses `.` and `..`, and empty segments in stores that would merge them (files).
 *
 * @throws HeadgateError `bad-request`
 */
export function parseObjectLocation(text: string): Location {
  const { scheme, bucket, key } = split(text)
  if (key === '') throw refuse(text, 'Location does not contain the key of an object')
  checkSegments(text, scheme, key.split('/'), scheme === 's3')
  return located(text, scheme, bucket, key)
}

/**
 * Parses a prefix of object locations. The last segment may be a part of a name, or empty.
 *
 * @throws HeadgateError `bad-request`
 */
export function parsePrefix(text: string): Location {
  const { scheme, bucket, key } = split(text)
  checkSegments(text, scheme, key.split('/').slice(0, -1), scheme === 's3')
  return located(text, scheme, bucket, key)
}

function located(text: string, scheme: StorageScheme, bucket: string, key: string): Location {
  return { scheme, text, canonical: `${scheme}://${bucket}/${key}`, bucket, key }
}

function split(text: string): { scheme: StorageScheme; bucket: string; key: string } {
  checkCharacters(text)
  const colon = text.indexOf(':')
  const scheme = text.slice(0, colon)
  const rest = text.slice(colon + 1)
  if (colon > 0 && scheme === 'file') return { scheme, bucket: '', key: filePath(text, rest) }
  if (colon > 0 && (scheme === 's3' || scheme === 's3a') && rest.startsWith('//')) {
    const slash = rest.indexOf('/', 2)
    const bucket = slash < 0 ? rest.slice(2) : rest.slice(2, slash)
    // The error message must not contain the text before the @, which may be a secret.
    if (bucket.includes('@'))
      throw new HeadgateError('bad-request', 'Location must not contain user information')
    if (!bucketName.test(bucket)) throw refuse(text, 'Location has no valid bucket name')
    const key = slash < 0 ? '' : rest.slice(slash + 1)
    if (Buffer.byteLength(key) > maxKeyBytes)
      throw refuse(text, `Location has a key of more than ${maxKeyBytes} bytes`)
    return { scheme: 's3', bucket, key }
  }
  throw refuse(text, 'Location must begin with file:///, s3:// or s3a://')
}

function filePath(text: string, rest: string): string {
  if (!rest.startsWith('/')) throw refuse(text, 'Location must contain an absolute path')
  if (!rest.startsWith('//')) return rest.slice(1)
  if (rest[2] !== '/')
    throw new HeadgateError('bad-request', 'Location of a file must not name a host: write file:///path')
  return rest.slice(3)
}

function checkSegments(
  text: string,
  scheme: StorageScheme,
  segments: readonly string[],
  emptyAllowed: boolean,
): void {
  for (const segment of segments) {
    if (segment === '' && !emptyAllowed) throw refuse(text, 'Location has an empty path segment')
    if (segment === '.' || segment === '..') throw refuse(text, 'Location has a path segment . or ..')
    if (scheme !== 'file') continue
    if (segment.startsWith(reservedNamePrefix))
      throw refuse(text, `Location has a segment beginning with ${reservedNamePrefix}`)
    if (Buffer.byteLength(segment) > maxNameBytes) {
      throw refuse(text, `Location has a segment of more than ${maxNameBytes} bytes`)
    }
  }
}

function refuse(text: string, why: string): HeadgateError {
  return new HeadgateError('bad-request', `${why}: ${shown(text)}`)
}
