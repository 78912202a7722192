import { createHash, type Hash } from 'node:crypto'
import {
  decodeBody,
  declaredChecksum,
  type DeclaredChecksum,
  type Header,
  headerPairs,
} from '@headgate/sigv4'
import { blocksOf, type Body, collect } from '@headgate/storage'
import type { S3Call } from './operation.ts'
import { S3Error } from './s3-error.ts'

/** Maximum size in bytes of a body that is buffered, so that the storage receives one write instead of a stream. */
const gatheredBytes = 256 * 1024
/** Size in bytes to which small chunks are joined: each write to the storage has a cost. */
const blockBytes = 256 * 1024
/** Size in bytes above which a document is parsed in a separate turn of the event loop. */
const smallDocumentBytes = 64 * 1024
const presignedChecksum = /^x-amz-checksum-(?:crc32|crc32c|crc64nvme|sha1|sha256)$/i

/**
 * Passes the body of a request to the storage, and checks all that the request declares about it. Holds the last bytes back
 * until all checks have passed and the session is confirmed, so that the storage never stores an object with a wrong body or
 * of an ended session.
 *
 * @throws S3Error, SigV4Error the fault of the body, also when the storage wraps it in its own error
 */
export async function storeBody<T>(
  call: S3Call,
  store: (body: Body, size: number) => Promise<T>,
): Promise<T> {
  const size = sizeOf(call)
  if (size > call.limits.maxObjectPartBytes) throw tooLarge(call.limits.maxObjectPartBytes)
  // A buffered body is checked completely before the storage is called.
  if (size <= gatheredBytes) {
    const bytes = await collect(checkedBody(call, size), size, 'body')
    await call.confirm()
    return store(bytes, size)
  }
  let failure: unknown
  let ended = false
  async function* watched(): AsyncGenerator<Uint8Array> {
    try {
      yield* confirmedBody(call, blocksOf(checkedBody(call, size), blockBytes))
      ended = true
    } catch (error) {
      failure = error
      throw error
    }
  }
  try {
    const stored = await store(watched(), size)
    if (ended) return stored
  } catch (error) {
    throw failure ?? error
  }
  throw new S3Error('InternalError', { reason: 'the storage has not read the whole body' })
}

/**
 * Returns the body of a request that is a document of at most `maxBytes`. The session is confirmed after the last byte.
 *
 * @throws S3Error `EntityTooLarge` before any of a larger body is read
 */
export async function readDocument(call: S3Call, maxBytes: number): Promise<Buffer> {
  const size = sizeOf(call)
  if (size > maxBytes) throw tooLarge(maxBytes)
  const document = await collect(checkedBody(call, size), size, 'document')
  await call.confirm()
  if (size > smallDocumentBytes) await call.loopTurns.next()
  return document
}

/**
 * Yields the chunks of a body. Holds the last one back until the body is complete and the session is confirmed, so that
 * the storage never has a whole object of a session that has ended.
 */
export async function* confirmedBody(
  { confirm }: Pick<S3Call, 'confirm'>,
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let held: Uint8Array | undefined
  for await (const chunk of source) {
    if (chunk.byteLength === 0) continue
    if (held !== undefined) yield held
    held = chunk
  }
  await confirm()
  if (held !== undefined) yield held
}

/** Returns whether the request proves the bytes of its body: by a hash, a checksum, or the signatures of its chunks. */
export function isVouchedFor(call: S3Call): boolean {
  const { payload } = call.verified.request
  if (payload.kind === 'hashed') return true
  if (payload.kind === 'streaming' && (payload.chunks === 'signed' || payload.trailer !== undefined))
    return true
  return call.headers['content-md5'] !== undefined || checksumOf(call) !== undefined
}

/** Returns the number of bytes of the body, without the framing of chunks. */
function sizeOf({ verified, headers }: S3Call): number {
  const { payload } = verified.request
  if (payload.kind === 'streaming') return payload.decodedLength
  const announced = headers['content-length']
  if (announced === undefined) throw new S3Error('MissingContentLength')
  return Number(announced)
}

async function* checkedBody(call: S3Call, size: number): AsyncGenerator<Uint8Array> {
  const checksum = checksumOf(call)
  const md5 = md5Of(call)
  let seen = 0
  for await (const chunk of decodeBody(
    call.verified,
    call.receive(),
    checksum === undefined ? {} : { checksum },
  )) {
    seen += chunk.byteLength
    if (seen > size) break
    md5?.hash.update(chunk)
    yield chunk
  }
  if (seen !== size)
    throw new S3Error('IncompleteBody', { reason: `${size} bytes announced, ${seen} received` })
  if (md5 !== undefined && !md5.hash.digest().equals(md5.expected))
    throw new S3Error('BadDigest', { reason: 'Content-MD5 differs' })
}

/** Returns a checksum from a header, or from a presigned query, where SDKs move headers to. */
function checksumOf({ rawHeaders, parameters }: S3Call): DeclaredChecksum | undefined {
  const moved: Header[] = [...parameters].filter(([name]) => presignedChecksum.test(name))
  const declared = declaredChecksum([...headerPairs(rawHeaders), ...moved])
  if (declared.ok) return declared.value
  throw declared.refusal
}

function md5Of({ headers }: S3Call): { readonly hash: Hash; readonly expected: Buffer } | undefined {
  const text = headers['content-md5']
  if (typeof text !== 'string') return undefined
  const expected = Buffer.from(text, 'base64')
  if (expected.length !== 16 || expected.toString('base64') !== text) throw new S3Error('InvalidDigest')
  return { hash: createHash('md5'), expected }
}

function tooLarge(limit: number): S3Error {
  return new S3Error('EntityTooLarge', {
    message: `The body exceeds the limit of ${limit} bytes. Upload larger objects in parts.`,
    fields: { MaxSizeAllowed: String(limit) },
  })
}
