import { createHash } from 'node:crypto'
import { isHeadgateError } from '@headgate/errors'
import { bare } from './s3-read.ts'
import type { Fate, S3Bucket } from './s3-bucket.ts'
import { conditionError, conditionHeaders, etagOfOurs } from './s3-conditions.ts'
import { sendStream } from './s3-stream.ts'
import { StorageWriteError } from './storage-errors.ts'
import type {
  Body,
  CallOptions,
  CompletedPart,
  PartInfo,
  UploadPartOptions,
  WriteCondition,
} from './storage.ts'
import { checkSize, collect, ofSize, untilAborted } from './streams.ts'
import { checkPartNumber, checkPartOrder } from './upload-parts.ts'

/** Maximum size of a streamed part of unknown size, in bytes. Such a part is buffered in memory. */
const maxHeldPart = 64 * 1024 * 1024
const md5Hex = /^[0-9a-f]{32}$/

export async function createS3Upload(
  s3: S3Bucket,
  location: string,
  options: CallOptions & { readonly contentType?: string },
): Promise<{ uploadId: string }> {
  const input = {
    Bucket: s3.bucket,
    Key: s3.toKey(location),
    ...(options.contentType === undefined ? {} : { ContentType: options.contentType }),
  }
  const response = await s3.call({ location, signal: options.signal }, (client, abortSignal) =>
    client.send(new s3.sdk.CreateMultipartUploadCommand(input), { abortSignal }),
  )
  return { uploadId: response.UploadId ?? '' }
}

export async function uploadS3Part(
  s3: S3Bucket,
  location: string,
  uploadId: string,
  partNumber: number,
  body: Body,
  options: UploadPartOptions,
): Promise<{ etag: string }> {
  checkPartNumber(partNumber)
  const input = { Bucket: s3.bucket, Key: s3.toKey(location), UploadId: uploadId, PartNumber: partNumber }
  const { size, signal } = options
  if (body instanceof Uint8Array) {
    checkSize(body, size)
    return sendPart(s3, location, input, body, options)
  }
  const chunks = untilAborted(body, signal)
  if (size === undefined)
    return sendPart(s3, location, input, await collect(chunks, maxHeldPart, location), options)
  const exact = ofSize(chunks, size)
  if (size <= s3.limits.partSize) {
    return sendPart(s3, location, input, await collect(exact, size, location), options)
  }
  const response = await sendStream(s3, location, exact, signal, (stream, client, abortSignal) =>
    client.send(new s3.sdk.UploadPartCommand({ ...input, Body: stream, ContentLength: size }), {
      abortSignal,
    }),
  )
  return { etag: bare(response.ETag) }
}

async function sendPart(
  s3: S3Bucket,
  location: string,
  input: { Bucket: string; Key: string; UploadId: string; PartNumber: number },
  bytes: Uint8Array,
  options: CallOptions,
): Promise<{ etag: string }> {
  const response = await s3.call(
    { location, signal: options.signal, bytes: bytes.byteLength },
    (client, abortSignal) =>
      client.send(new s3.sdk.UploadPartCommand({ ...input, Body: bytes, ContentLength: bytes.byteLength }), {
        abortSignal,
      }),
  )
  return { etag: bare(response.ETag) }
}

export async function* listS3Parts(
  s3: S3Bucket,
  location: string,
  uploadId: string,
  options: CallOptions,
): AsyncGenerator<PartInfo> {
  const input = { Bucket: s3.bucket, Key: s3.toKey(location), UploadId: uploadId }
  for (let marker: string | undefined; ;) {
    const page = await s3.call({ location, signal: options.signal }, (client, abortSignal) =>
      client.send(
        new s3.sdk.ListPartsCommand({
          ...input,
          ...(marker === undefined ? {} : { PartNumberMarker: marker }),
        }),
        {
          abortSignal,
        },
      ),
    )
    for (const part of page.Parts ?? []) {
      const lastModified = part.LastModified?.getTime() ?? 0
      yield { partNumber: part.PartNumber ?? 0, size: part.Size ?? 0, etag: bare(part.ETag), lastModified }
    }
    if (page.IsTruncated !== true || page.NextPartNumberMarker === marker) return
    marker = page.NextPartNumberMarker
  }
}

export async function completeS3Upload(
  s3: S3Bucket,
  location: string,
  uploadId: string,
  parts: readonly CompletedPart[],
  options: CallOptions & WriteCondition,
): Promise<{ etag: string }> {
  checkPartOrder(parts)
  const input = {
    Bucket: s3.bucket,
    Key: s3.toKey(location),
    UploadId: uploadId,
    MultipartUpload: {
      Parts: parts.map(({ partNumber, etag }) => ({ PartNumber: partNumber, ETag: `"${etag}"` })),
    },
    ...conditionHeaders(options),
  }
  const fate: Fate = { unknown: false }
  try {
    const response = await s3.call(
      { location, signal: options.signal, fate, long: true },
      (client, abortSignal) => client.send(new s3.sdk.CompleteMultipartUploadCommand(input), { abortSignal }),
    )
    return { etag: bare(response.ETag) }
  } catch (thrown) {
    const error = conditionError(thrown, location, options)
    const ended = isHeadgateError(error, 'no-such-upload') || isHeadgateError(error, 'precondition-failed')
    if (!fate.unknown || !ended) throw error
    // An earlier attempt with a lost response may have completed the upload. In this case, the object has the ETag
    // that results from these parts.
    const expected = etagOfParts(parts)
    const etag = await etagOfOurs(
      s3,
      location,
      (found) => expected !== undefined && bare(found.ETag) === expected,
      options,
    )
    if (etag !== undefined) return { etag }
    throw new StorageWriteError('unknown', `It is not known whether the object was written: ${location}`, {
      cause: error,
    })
  }
}

export async function abortS3Upload(
  s3: S3Bucket,
  location: string,
  uploadId: string,
  options: CallOptions,
): Promise<void> {
  const input = { Bucket: s3.bucket, Key: s3.toKey(location), UploadId: uploadId }
  try {
    await s3.call({ location, signal: options.signal }, (client, abortSignal) =>
      client.send(new s3.sdk.AbortMultipartUploadCommand(input), { abortSignal }),
    )
  } catch (error) {
    if (!isHeadgateError(error, 'no-such-upload')) throw error
  }
}

/**
 * Computes the ETag that S3 assigns to an upload whose parts have MD5 sums as ETags; returns undefined if a part has
 * another form of ETag.
 */
function etagOfParts(parts: readonly CompletedPart[]): string | undefined {
  const hash = createHash('md5')
  for (const { etag } of parts) {
    if (!md5Hex.test(etag)) return undefined
    hash.update(Buffer.from(etag, 'hex'))
  }
  return `${hash.digest('hex')}-${parts.length}`
}
