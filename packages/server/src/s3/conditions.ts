import type { IncomingHttpHeaders } from 'node:http'
import { isHeadgateError } from '@headgate/errors'
import type { ObjectInfo, StorageCapabilities, WriteCondition } from '@headgate/storage'
import type { S3Call } from './operation.ts'
import { S3Error } from './s3-error.ts'

/**
 * Evaluates the conditions of a read (RFC 9110 section 13.2.2).
 *
 * @param prefix `x-amz-copy-source-` for the conditions on the source of a copy, which never result in the status 304
 * @returns false when the caller already has the current object (status 304)
 * @throws S3Error `PreconditionFailed`
 */
export function mayRead(
  info: ObjectInfo,
  headers: IncomingHttpHeaders,
  prefix: '' | 'x-amz-copy-source-' = '',
): boolean {
  const ifMatch = headers[`${prefix}if-match`]
  const ifNoneMatch = headers[`${prefix}if-none-match`]
  const modified = Math.floor(info.lastModified / 1000) * 1000
  if (typeof ifMatch === 'string') {
    if (!containsEtag(ifMatch, info.etag)) throw failed('If-Match')
  } else {
    const since = parseDate(headers[`${prefix}if-unmodified-since`])
    if (since !== undefined && modified > since) throw failed('If-Unmodified-Since')
  }
  if (typeof ifNoneMatch === 'string') return !containsEtag(ifNoneMatch, info.etag)
  const since = parseDate(headers[`${prefix}if-modified-since`])
  return since === undefined || modified > since
}

/**
 * Returns the condition of a write from its headers `If-Match` and `If-None-Match`.
 *
 * @throws S3Error `NotImplemented` for a condition that S3, or the storage of the warehouse, does not support
 */
export function writeCondition(
  headers: IncomingHttpHeaders,
  capabilities: Pick<StorageCapabilities, 'conditionalPut' | 'ifMatch'>,
): WriteCondition {
  const ifMatch = headers['if-match']
  const ifNoneMatch = headers['if-none-match']
  if (ifMatch !== undefined && ifNoneMatch !== undefined)
    throw new S3Error('InvalidRequest', { message: 'A write can have only one condition.' })
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch.trim() !== '*' || !capabilities.conditionalPut) throw unknown('If-None-Match')
    return { ifAbsent: true }
  }
  if (ifMatch === undefined) return {}
  const etag = bareEtag(ifMatch)
  if (etag === '' || etag === '*' || etag.includes(',') || capabilities.ifMatch === false)
    throw unknown('If-Match')
  return { ifMatch: etag }
}

/**
 * Runs a write that may have a condition. If the condition names an object that does not exist, throws `NoSuchKey`
 * instead of `PreconditionFailed`, as S3 does.
 */
export async function withCondition<T>(
  { storage, location, signal }: Pick<S3Call, 'storage' | 'location' | 'signal'>,
  condition: WriteCondition,
  write: () => Promise<T>,
): Promise<T> {
  try {
    return await write()
  } catch (cause) {
    if (condition.ifMatch === undefined || !isHeadgateError(cause, 'precondition-failed')) throw cause
    const isThere = await storage.head(location, { signal }).catch(() => 'unknown')
    throw isThere === null ? new S3Error('NoSuchKey', { cause }) : cause
  }
}

/** Returns an ETag without its quotes, which is the format that the storage interface uses. */
export function bareEtag(text: string): string {
  return text.trim().replace(/^"(.*)"$/, '$1')
}

export function quoted(etag: string): string {
  return `"${etag}"`
}

/**
 * Returns whether a list of ETags, with or without quotes, contains this ETag. The prefix of weak ETags is ignored.
 */
function containsEtag(list: string, etag: string): boolean {
  return list.split(',').some((item) => {
    const text = item.trim().replace(/^W\//, '')
    return text === '*' || bareEtag(text) === etag
  })
}

/**
 * Parses the date of a condition header. Returns undefined for a malformed date, so that the condition is ignored
 * (RFC 9110 section 13.1.3).
 */
function parseDate(header: string | string[] | undefined): number | undefined {
  const time = typeof header === 'string' ? Date.parse(header) : Number.NaN
  return Number.isNaN(time) ? undefined : time
}

function failed(condition: string): S3Error {
  return new S3Error('PreconditionFailed', { fields: { Condition: condition } })
}

function unknown(condition: string): S3Error {
  return new S3Error('NotImplemented', {
    message: `This server does not support this value of the header ${condition}.`,
  })
}
