import { randomUUID } from 'node:crypto'
import { isHeadgateError } from '@headgate/errors'
import { bare } from './s3-read.ts'
import type { Fate, S3Bucket } from './s3-bucket.ts'
import { conditionError, conditionHeaders, etagOfOurs } from './s3-conditions.ts'
import { putInParts } from './s3-parts.ts'
import type { Body, PutOptions } from './storage.ts'
import { splitBlocks, checkSize, ofSize, untilAborted } from './streams.ts'

/**
 * Name of the user metadata that a conditional write adds to an object. The value is unique, so that the writer
 * recognizes its own object.
 */
const writeIdKey = 'headgate-write'

export async function putObject(
  s3: S3Bucket,
  location: string,
  body: Body,
  options: PutOptions,
): Promise<{ etag: string }> {
  s3.toKey(location)
  if (body instanceof Uint8Array) {
    checkSize(body, options.size)
    return putBytes(s3, location, body, options)
  }
  const chunks = untilAborted(body, options.signal)
  const blocks = splitBlocks(
    options.size === undefined ? chunks : ofSize(chunks, options.size),
    s3.limits.partSize,
  )
  // A body of one block is sent in one request; longer bodies need an upload in parts.
  const first = await blocks.next()
  const second = first.done === true ? first : await blocks.next()
  if (first.done === true || second.done === true)
    return putBytes(s3, location, first.value ?? Buffer.alloc(0), options)
  return putInParts(s3, location, joined([first.value, second.value], blocks), options)
}

async function putBytes(
  s3: S3Bucket,
  location: string,
  body: Uint8Array,
  options: PutOptions,
): Promise<{ etag: string }> {
  const conditional = options.ifAbsent === true || options.ifMatch !== undefined
  const id = randomUUID()
  const input = {
    Bucket: s3.bucket,
    Key: s3.toKey(location),
    Body: body,
    ContentLength: body.byteLength,
    ...(options.contentType === undefined ? {} : { ContentType: options.contentType }),
    ...conditionHeaders(options),
    ...(conditional ? { Metadata: { [writeIdKey]: id } } : {}),
  }
  const fate: Fate = { unknown: false }
  try {
    const response = await s3.call(
      { location, signal: options.signal, fate, bytes: body.byteLength },
      async (client, abortSignal) => {
        if (s3.direct !== null && !conditional)
          return s3.direct.put(input.Key, body, options.contentType, abortSignal)
        const { ETag: etag } = await client.send(new s3.sdk.PutObjectCommand(input), { abortSignal })
        return { etag }
      },
    )
    return { etag: bare(response.etag) }
  } catch (thrown) {
    const error = conditionError(thrown, location, options)
    // The condition may fail because an earlier attempt with a lost response wrote the object.
    if (!fate.unknown || !isHeadgateError(error, 'precondition-failed')) throw error
    const etag = await etagOfOurs(s3, location, (found) => found.Metadata?.[writeIdKey] === id, options)
    if (etag === undefined) throw error
    return { etag }
  }
}

async function* joined(head: readonly Buffer[], rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield* head
  yield* rest
}
