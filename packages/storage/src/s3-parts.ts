import { completeS3Upload, abortS3Upload, createS3Upload, uploadS3Part } from './s3-uploads.ts'
import type { S3Bucket } from './s3-bucket.ts'
import type { CompletedPart, PutOptions } from './storage.ts'
import { tooLarge } from './streams.ts'
import { maxParts } from './upload-parts.ts'

const partsAtATime = 2

/**
 * Uploads blocks as the parts of an object, a few parts at a time, and completes the upload. Aborts the upload if a
 * step before its completion fails.
 */
export async function putInParts(
  s3: S3Bucket,
  location: string,
  blocks: AsyncIterable<Buffer>,
  options: PutOptions,
): Promise<{ etag: string }> {
  const { uploadId } = await createS3Upload(s3, location, options)
  try {
    const parts = await uploadBlocks(s3, location, uploadId, blocks, options.signal)
    return await completeS3Upload(s3, location, uploadId, parts, options)
  } catch (error) {
    // The abort does not use the signal of the caller, because an aborted signal may be the cause of the failure. If
    // the store has completed the upload although its response was lost, the abort has no effect.
    await abortS3Upload(s3, location, uploadId, {}).catch(() => undefined)
    throw error
  }
}

async function uploadBlocks(
  s3: S3Bucket,
  location: string,
  uploadId: string,
  blocks: AsyncIterable<Buffer>,
  signal: AbortSignal | undefined,
): Promise<CompletedPart[]> {
  const parts: CompletedPart[] = []
  // Several workers read blocks from one generator. If one worker fails, it closes the generator, so that all workers
  // stop.
  const numbered = number(s3, location, blocks)
  const worker = async (): Promise<void> => {
    for await (const { partNumber, block } of numbered) {
      const { etag } = await uploadS3Part(
        s3,
        location,
        uploadId,
        partNumber,
        block,
        signal === undefined ? {} : { signal },
      )
      parts.push({ partNumber, etag })
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: partsAtATime }, worker))
  const failure = ends.find((end) => end.status === 'rejected')
  if (failure !== undefined) throw failure.reason
  return parts.toSorted((a, b) => a.partNumber - b.partNumber)
}

async function* number(
  s3: S3Bucket,
  location: string,
  blocks: AsyncIterable<Buffer>,
): AsyncGenerator<{ partNumber: number; block: Buffer }> {
  let partNumber = 0
  for await (const block of blocks) {
    if (++partNumber > maxParts) throw tooLarge(location, maxParts * s3.limits.partSize)
    yield { partNumber, block }
  }
}
