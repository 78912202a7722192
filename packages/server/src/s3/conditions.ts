import type { IncomingHttpHeaders } from 'node:http'
import { isHeadgateError } from '@headgate/errors'
import type { ObjectInfo, StorageCapabilities, WriteCondition } from '@headgate/storage'
import type { S3Call } from './operation.ts'
import { S3Error } from './s3-error.ts'

/**
 * Evaluates the conditions of a read (RFC 9110 section 13.2.2).
 *
 * @param prefix `x-amz-copy-source-` for the source of a copy, whose conditions never result in 304
 * @returns false when the caller already has the object
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
    if (!names(ifMatch, info.etag)) throw failed('If-Match')
  } else {
    const since = dateOf(headers[`${prefix}if-unmodified-since`])
    if (since !== undefined && modified > since) throw failed('If-Unmodified-Since')
  }
  if (typeof ifNoneMatch === 'string') return !names(ifNoneMatch, info.etag)
  const since = dateOf(headers[`${prefix}if-modified-since`])
  return since === undefined || modified > since
}

/** @throws S3Error `NotImplemented` for conditions that S3, or this store, does not support */
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
 * Runs a write that may be conditional. If the expected object does not exist, S3 answers `NoSuchKey`, and not
 * `PreconditionFailed`.
 */
export async function onCondition<T>(
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

/** Returns the ETag without quotes, as the storage port expects it. */
export function bareEtag(text: string): string {
  return text.trim().replace(/^"(.*)"$/, '$1')
}

export function quoted(etag: string): string {
  return `"${etag}"`
}

/** Returns whether a list of ETags, quoted or not, contains this one. Weak ETags are compared as strong ones. */
function names(list: string, etag: string): boolean {
  return list.split(',').some((item) => {
    const text = item.trim().replace(/^W\//, '')
    return text === '*' || bareEtag(text) === etag
  })
}

/** Parses a date. A malformed one is ignored (RFC 9110 section 13.1.3). */
function dateOf(header: string | string[] | undefined): number | undefined {
  const time = typeof header === 'string' ? Date.parse(header) : Number.NaN
  return Number.isNaN(time) ? undefined : time
}

function failed(condition: string): S3Error {
  return new S3Error('PreconditionFailed', { fields: { Condition: condition } })
}

function unknown(condition: string): S3Error {
  return new S3Error('NotImplemented', { message: `This server does not support this form of ${condition}.` })
}
