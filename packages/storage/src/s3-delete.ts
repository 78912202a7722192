import { HeadgateError } from '@headgate/errors'
import { classifyError } from './s3-faults.ts'
import type { S3Bucket } from './s3-bucket.ts'
import type { CallOptions, DeleteFailure } from './storage.ts'

/** Maximum number of keys in one bulk delete request. */
const batchSize = 1000

export async function deleteObject(s3: S3Bucket, location: string, options: CallOptions): Promise<void> {
  const input = { Bucket: s3.bucket, Key: s3.toKey(location) }
  const call = { location, signal: options.signal, fate: { unknown: false } }
  await s3.call(call, async (client, abortSignal) => {
    try {
      await client.send(new s3.sdk.DeleteObjectCommand(input), { abortSignal })
    } catch (error) {
      // Most stores report no error for a missing key. Other stores report an error, even if an earlier attempt with
      // a lost response deleted the object. This error is ignored.
      if (classifyError(error).code !== 'no-such-file') throw error
    }
  })
}

export async function deleteObjects(
  s3: S3Bucket,
  locations: readonly string[],
  options: CallOptions,
): Promise<{ failed: DeleteFailure[] }> {
  const failed: DeleteFailure[] = []
  const keys = new Map<string, string>()
  for (const location of locations) {
    try {
      keys.set(s3.toKey(location), location)
    } catch (error) {
      failed.push({ location, error: asError(error) })
    }
  }
  const all = [...keys]
  for (let i = 0; i < all.length; i += batchSize) {
    options.signal?.throwIfAborted()
    failed.push(...(await deleteBatch(s3, new Map(all.slice(i, i + batchSize)), options)))
  }
  return { failed }
}

async function deleteBatch(
  s3: S3Bucket,
  batch: ReadonlyMap<string, string>,
  options: CallOptions,
): Promise<DeleteFailure[]> {
  const objects = [...batch.keys()].map((Key) => ({ Key }))
  const input = { Bucket: s3.bucket, Delete: { Objects: objects, Quiet: true } }
  try {
    const response = await s3.call(
      { location: s3.toLocation(''), signal: options.signal },
      (client, abortSignal) => client.send(new s3.sdk.DeleteObjectsCommand(input), { abortSignal }),
    )
    const failures: DeleteFailure[] = []
    for (const { Key, Code } of response.Errors ?? []) {
      if (Code === 'NoSuchKey') continue
      const location = batch.get(Key ?? '') ?? s3.toLocation(Key ?? '')
      failures.push({ location, error: refused(location, Code ?? 'no reason') })
    }
    return failures
  } catch (error) {
    options.signal?.throwIfAborted()
    return [...batch.values()].map((location) => ({ location, error: asError(error) }))
  }
}

function refused(location: string, code: string): HeadgateError {
  const kind = code === 'AccessDenied' ? 'forbidden' : 'unavailable'
  return new HeadgateError(kind, `The object store did not delete ${location}: ${code}`)
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
