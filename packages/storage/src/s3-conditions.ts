import { isHeadgateError } from '@headgate/errors'
import { bare } from './s3-read.ts'
import type { S3Bucket } from './s3-bucket.ts'
import { preconditionFailed, StorageWriteError } from './storage-errors.ts'
import type { CallOptions, WriteCondition } from './storage.ts'

export function conditionHeaders(condition: WriteCondition): { IfNoneMatch?: string; IfMatch?: string } {
  if (condition.ifAbsent === true) return { IfNoneMatch: '*' }
  return condition.ifMatch === undefined ? {} : { IfMatch: `"${condition.ifMatch}"` }
}

/**
 * Converts the error of a conditional write. If the object of an `ifMatch` write no longer exists, a store responds
 * with 404. Returns `precondition-failed` for this response, and other errors unchanged.
 */
export function conditionError(error: unknown, location: string, condition: WriteCondition): unknown {
  if (condition.ifMatch === undefined || !isHeadgateError(error, 'no-such-file')) return error
  return preconditionFailed(location, 'no object exists at this location', error)
}

/**
 * Returns the ETag of the stored object if this write has created the object. Returns undefined if another writer has
 * created it.
 */
export async function etagOfOurs(
  s3: S3Bucket,
  location: string,
  isOurs: (found: { ETag?: string | undefined; Metadata?: Record<string, string> | undefined }) => boolean,
  options: CallOptions,
): Promise<string | undefined> {
  const input = { Bucket: s3.bucket, Key: s3.toKey(location) }
  try {
    const found = await s3.call({ location, signal: options.signal }, (client, abortSignal) =>
      client.send(new s3.sdk.HeadObjectCommand(input), { abortSignal }),
    )
    return isOurs(found) ? bare(found.ETag) : undefined
  } catch (cause) {
    throw new StorageWriteError('unknown', `It is not known whether the object was written: ${location}`, {
      cause,
    })
  }
}
