import { isHeadgateError } from '@headgate/errors'
import { parseObjectLocation } from '../storage/location.ts'
import { S3Error } from './s3-error.ts'

/** What a request is about. Both empty: the service itself; only `key` empty: a bucket. */
export interface S3Address {
  readonly bucket: string
  readonly key: string
}

const bucketForm = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/
const maxKeyBytes = 1024

/**
 * Bucket and key of a request: from the host's first labels when it ends in `hostSuffix` (virtual-host style), else from
 * the path. The path is decoded exactly once, and what is left of percent signs then are characters of the key.
 *
 * @param path raw, as it was signed
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

/** The bucket and key that `x-amz-copy-source` names: `/bucket/key`, percent-encoded, its first slash optional. */
export function parseCopySource(source: string): S3Address {
  const mark = source.indexOf('?')
  if (mark >= 0 && source.slice(mark) !== '?versionId=null')
    throw new S3Error('NotImplemented', { message: 'Objects have no versions here.' })
  const decoded = decodePath(mark < 0 ? source : source.slice(0, mark)).replace(/^\//, '')
  const slash = decoded.indexOf('/')
  if (slash < 1 || slash === decoded.length - 1)
    throw new S3Error('InvalidArgument', { message: 'x-amz-copy-source must name a bucket and a key.' })
  return { bucket: checkBucket(decoded.slice(0, slash)), key: decoded.slice(slash + 1) }
}

/**
 * The canonical location of an object, whose text can be compared with prefixes: no dot segments, no characters that
 * some reader takes for the end of a path.
 *
 * @throws S3Error `InvalidURI`, `KeyTooLongError`
 */
export function locationOf({ bucket, key }: S3Address): string {
  if (Buffer.byteLength(key) > maxKeyBytes) throw new S3Error('KeyTooLongError')
  const text = `s3://${bucket}/${key}`
  try {
    const { canonical } = parseObjectLocation(text)
    if (canonical === text) return canonical
  } catch (error) {
    if (!isHeadgateError(error)) throw error
    throw new S3Error('InvalidURI', { reason: error.message, cause: error })
  }
  throw new S3Error('InvalidURI', { reason: 'bucket and key read differently as a location' })
}

function bucketOfHost(host: string, suffix: string): string | undefined {
  const name = host.toLowerCase().replace(/:\d+$/, '')
  const end = `.${suffix.toLowerCase()}`
  return name.endsWith(end) ? name.slice(0, -end.length) : undefined
}

/** A slash or an at sign in a bucket would move the line between bucket and key. */
function checkBucket(bucket: string): string {
  if (bucketForm.test(bucket)) return bucket
  throw new S3Error('InvalidURI', { reason: 'the bucket has no valid name' })
}

function decodePath(path: string): string {
  // Bytes beyond ASCII that are not encoded could be read in more than one way.
  if (!/^[\x21-\x7e]*$/.test(path)) throw new S3Error('InvalidURI', { reason: 'the path is not ASCII' })
  try {
    return decodeURIComponent(path)
  } catch (cause) {
    throw new S3Error('InvalidURI', { reason: 'the path holds escapes that are not UTF-8', cause })
  }
}
