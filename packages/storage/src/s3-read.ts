import { Readable } from 'node:stream'
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3'
import { HeadgateError, isHeadgateError } from '@headgate/errors'
import { rangeHeader } from './byte-range.ts'
import { GuardedBody } from './guarded-body.ts'
import type { S3Bucket } from './s3-bucket.ts'
import type { CallOptions, GetOptions, ObjectInfo, StoredObject } from './storage.ts'
import { collect, tooLarge } from './streams.ts'

const contentRange = /^bytes (\d+)-(\d+)\/(\d+)$/

interface Described {
  readonly ETag?: string | undefined
  readonly LastModified?: Date | undefined
  readonly ContentType?: string | undefined
}

export async function headObject(
  s3: S3Bucket,
  location: string,
  options: CallOptions,
): Promise<ObjectInfo | null> {
  const input = { Bucket: s3.bucket, Key: s3.toKey(location) }
  try {
    const response = await s3.call({ location, signal: options.signal }, (client, abortSignal) =>
      client.send(new s3.sdk.HeadObjectCommand(input), { abortSignal }),
    )
    return toObjectInfo(response, response.ContentLength ?? 0)
  } catch (error) {
    if (isHeadgateError(error, 'no-such-file')) return null
    throw error
  }
}

export async function getObject(s3: S3Bucket, location: string, options: GetOptions): Promise<StoredObject> {
  const { ifMatch, ifNoneMatch } = options
  const input = {
    Bucket: s3.bucket,
    Key: s3.toKey(location),
    ...(options.range === undefined ? {} : { Range: rangeHeader(options.range) }),
    ...(ifMatch === undefined ? {} : { IfMatch: `"${ifMatch}"` }),
    ...(ifNoneMatch === undefined ? {} : { IfNoneMatch: `"${ifNoneMatch}"` }),
  }
  const response = await s3.call({ location, signal: options.signal }, (client, abortSignal) =>
    client.send(new s3.sdk.GetObjectCommand(input), { abortSignal }),
  )
  const broken = (cause: unknown): Error => {
    if (options.signal?.aborted === true && options.signal.reason instanceof Error)
      return options.signal.reason
    return new HeadgateError(
      'unavailable',
      `The object store ended the response in the middle of ${location}`,
      {
        cause,
      },
    )
  }
  const body = new GuardedBody(toStream(response), s3.limits.requestTimeout, broken)
  const length = response.ContentLength ?? 0
  if (options.range === undefined) return { info: toObjectInfo(response, length), length, body }
  const [, start, end, size] = contentRange.exec(response.ContentRange ?? '') ?? []
  if (start === undefined) {
    body.destroy()
    throw new HeadgateError('unavailable', `The object store ignored the requested range of ${location}`)
  }
  return {
    info: toObjectInfo(response, Number(size)),
    range: { start: Number(start), end: Number(end) },
    length,
    body,
  }
}

/** Reads an object into memory. Sends the request again if the response body is truncated. */
export async function getObjectBytes(
  s3: S3Bucket,
  location: string,
  options: CallOptions & { readonly maxBytes: number },
): Promise<Buffer> {
  const input = { Bucket: s3.bucket, Key: s3.toKey(location) }
  return s3.call({ location, signal: options.signal }, async (client, abortSignal, alive) => {
    const response = await client.send(new s3.sdk.GetObjectCommand(input), { abortSignal })
    const body = toStream(response)
    body.on('data', alive).pause()
    if ((response.ContentLength ?? 0) > options.maxBytes) {
      body.destroy()
      throw tooLarge(location, options.maxBytes)
    }
    return collect(body, options.maxBytes, location)
  })
}

export function toObjectInfo(response: Described, size: number): ObjectInfo {
  return {
    size,
    etag: bare(response.ETag),
    lastModified: response.LastModified?.getTime() ?? 0,
    ...(response.ContentType === undefined ? {} : { contentType: response.ContentType }),
  }
}

/** Removes the quotes of an ETag. */
export function bare(etag: string | undefined): string {
  return (etag ?? '').replace(/^"|"$/g, '')
}

function toStream(response: GetObjectCommandOutput): Readable {
  if (response.Body instanceof Readable) return response.Body
  throw new TypeError('The S3 client returned no stream')
}
