import { isHeadgateError } from '@headgate/errors'
import { parseObjectLocation } from '@headgate/storage'
import { S3Error } from './s3-error.ts'

/**
 * Bucket and key of an S3 request. Both are empty for a request to the service itself, and only `key` is empty for a
 * request to a bucket.
 */
export interface S3Address {
  readonly bucket: string
  readonly key: string
}

const bucketForm = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/
const maxKeyBytes = 1024

/**
 * Returns the bucket and key of a request. If the host ends in `hostSuffix` (virtual-host style), the labels before
 * the suffix are the bucket. Otherwise the path contains the bucket. The function decodes the path exactly once, so
 * percent signs in the result are characters of the key.
 *
 * @param path the path without any decoding, as the client signed it
 * @throws S3Error `InvalidURI`
 */
export function parseAddress(path: string, host: string, hostSuffix: string | null): S3Address {
  const decoded = decodePath(path).slice(1)
  const named = hostSuffix === null ? undefined : bucketOfHost(host, hostSuffix)
  if (named !== undefined) return { bucket: checkBucket(named), key: decoded }
  if (decoded === '') return { bucket: '', key: '' }
  const slash = decoded.indexOf('/')
  if (slash < 0) return { bucket: checkBucket(decoded), key: '' }
  return { bucket: checkBucket(decoded.slice(0, slash)), key: decoded.slice(slash + 1) }
}

/** Parses the bucket and key of `x-amz-copy-source`: `/bucket/key`, percent-encoded. The first slash is optional. */
export function parseCopySource(source: string): S3Address {
  const mark = source.indexOf('?')
  if (mark >= 0 && source.slice(mark) !== '?versionId=null')
    throw new S3Error('NotImplemented', { message: 'This server does not support object versions.' })
  const decoded = decodePath(mark < 0 ? source : source.slice(0, mark)).replace(/^\//, '')
  const slash = decoded.indexOf('/')
  if (slash < 1 || slash === decoded.length - 1)
    throw new S3Error('InvalidArgument', { message: 'x-amz-copy-source must name a bucket and a key.' })
  return { bucket: checkBucket(decoded.slice(0, slash)), key: decoded.slice(slash + 1) }
}

/**
 * Returns the canonical location of an object. Its text can be compared with prefixes, because it contains no dot
 * segments and no characters that a parser could take for the end of the path.
 *
 * @throws S3Error `InvalidURI`, `KeyTooLongError`
 */
export function toLocation({ bucket, key }: S3Address): string {
  if (Buffer.byteLength(key) > maxKeyBytes) throw new S3Error('KeyTooLongError')
  const text = `s3://${bucket}/${key}`
  try {
    const { canonical } = parseObjectLocation(text)
    if (canonical === text) return canonical
  } catch (error) {
    if (!isHeadgateError(error)) throw error
    throw new S3Error('InvalidURI', { reason: error.message, cause: error })
  }
  throw new S3Error('InvalidURI', {
    reason: 'the location of the object does not result in the same bucket and key when it is parsed',
  })
}

function bucketOfHost(host: string, suffix: string): string | undefined {
  const name = host.toLowerCase().replace(/:\d+$/, '')
  const end = `.${suffix.toLowerCase()}`
  return name.endsWith(end) ? name.slice(0, -end.length) : undefined
}

/**
 * Returns the bucket if its name is valid. Refuses a slash or an at sign, with which a parser would split bucket and
 * key differently.
 */
function checkBucket(bucket: string): string {
  if (bucketForm.test(bucket)) return bucket
  throw new S3Error('InvalidURI', { reason: 'the bucket name is not valid' })
}

function decodePath(path: string): string {
  // Refuses unencoded bytes outside ASCII, because parsers could decode them differently.
  if (!/^[\x21-\x7e]*$/.test(path)) throw new S3Error('InvalidURI', { reason: 'the path is not ASCII' })
  try {
    return decodeURIComponent(path)
  } catch (cause) {
    throw new S3Error('InvalidURI', { reason: 'the path contains escapes that are not UTF-8', cause })
  }
}
