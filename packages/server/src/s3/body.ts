import { createHash, type Hash } from 'node:crypto'
import {
  decodeBody,
  declaredChecksum,
  type DeclaredChecksum,
  type Header,
  headerPairs,
} from '@headgate/sigv4'
import { splitBlocks, type Body, collect } from '@headgate/storage'
import type { S3Call } from './operation.ts'
import { S3Error } from './s3-error.ts'

/**
 * Maximum size in bytes of an upload body that the server buffers completely, so that it sends one write to the
 * storage instead of a stream. Independent of the limit with the same name in `receive.ts`.
 */
const gatheredBytes = 256 * 1024
/**
 * Size in bytes of the blocks into which the server joins small chunks, to reduce the number of writes to the
 * storage.
 */
const blockBytes = 256 * 1024
/**
 * Size in bytes above which the server waits for a turn of the event loop before it parses an XML document, so that
 * several large documents do not block the event loop one after the other.
 */
const smallDocumentBytes = 64 * 1024
const presignedChecksum = /^x-amz-checksum-(?:crc32|crc32c|crc64nvme|sha1|sha256)$/i

/**
 * Passes the body of a request to the storage, and checks the length, checksums and signatures that the request
 * declares for it. Sends the last bytes to the storage only after all checks have passed and the session has been
 * authorized again, so that the storage never stores an object with a wrong body or for a session that has ended.
 *
 * @throws S3Error, SigV4Error when the body is wrong. The function throws this error also when the storage wrapped it
 *   in its own error
 */
export async function storeBody<T>(
  call: S3Call,
  store: (body: Body, size: number) => Promise<T>,
): Promise<T> {
  const size = readSize(call)
  if (size > call.limits.maxObjectPartBytes) throw tooLarge(call.limits.maxObjectPartBytes)
  // Reads a small body completely before the first call of the storage, so that no check can fail after the storage was
  // called.
  if (size <= gatheredBytes) {
    const bytes = await collect(checkedBody(call, size), size, 'body')
    await call.confirm()
    return store(bytes, size)
  }
  let failure: unknown
  let ended = false
  async function* watched(): AsyncGenerator<Uint8Array> {
    try {
      yield* confirmedBody(call, splitBlocks(checkedBody(call, size), blockBytes))
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
 * Returns the request body that contains an XML document of at most `maxBytes`. Authorizes the session again after
 * the last byte has arrived.
 *
 * @throws S3Error `EntityTooLarge` for a larger body, before reading any of it
 */
export async function readDocument(call: S3Call, maxBytes: number): Promise<Buffer> {
  const size = readSize(call)
  if (size > maxBytes) throw tooLarge(maxBytes)
  const document = await collect(checkedBody(call, size), size, 'document')
  await call.confirm()
  if (size > smallDocumentBytes) await call.loopTurns.next()
  return document
}

/**
 * Yields the chunks of a body. Yields the last chunk only after the body is complete and the session has been
 * authorized again, so that the storage never receives a complete object from a session that has ended.
 */
export async function* confirmedBody(
  { confirm }: Pick<S3Call, 'confirm'>,
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let last: Uint8Array | undefined
  for await (const chunk of source) {
    if (chunk.byteLength === 0) continue
    if (last !== undefined) yield last
    last = chunk
  }
  await confirm()
  if (last !== undefined) yield last
}

/**
 * Returns whether the server can detect a wrong body, because the request contains a hash, a checksum, or a signature
 * of each chunk.
 */
export function isVouchedFor(call: S3Call): boolean {
  const { payload } = call.verified.request
  if (payload.kind === 'hashed') return true
  if (payload.kind === 'streaming' && (payload.chunks === 'signed' || payload.trailer !== undefined))
    return true
  return call.headers['content-md5'] !== undefined || readChecksum(call) !== undefined
}

/** Returns the announced size of the body in bytes, without the framing of signed chunks. */
function readSize({ verified, headers }: S3Call): number {
  const { payload } = verified.request
  if (payload.kind === 'streaming') return payload.decodedLength
  const announced = headers['content-length']
  if (announced === undefined) throw new S3Error('MissingContentLength')
  return Number(announced)
}

async function* checkedBody(call: S3Call, size: number): AsyncGenerator<Uint8Array> {
  const checksum = readChecksum(call)
  const md5 = readMd5(call)
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
    throw new S3Error('IncompleteBody', {
      reason: `the declared length of the body is ${size} bytes, but ${seen} bytes arrived`,
    })
  if (md5 !== undefined && !md5.hash.digest().equals(md5.expected))
    throw new S3Error('BadDigest', { reason: 'Content-MD5 differs' })
}

/** Returns the checksum that a request declares in a header, or in the query of a presigned URL. */
function readChecksum({ rawHeaders, parameters }: S3Call): DeclaredChecksum | undefined {
  const moved: Header[] = [...parameters].filter(([name]) => presignedChecksum.test(name))
  const declared = declaredChecksum([...headerPairs(rawHeaders), ...moved])
  if (declared.ok) return declared.value
  throw declared.refusal
}

function readMd5({ headers }: S3Call): { readonly hash: Hash; readonly expected: Buffer } | undefined {
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
