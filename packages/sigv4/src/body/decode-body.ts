import { createHash } from 'node:crypto'
import { createChecksum } from '../checksums/checksum.ts'
import type { DeclaredChecksum } from '../checksums/declared-checksum.ts'
import { SigV4Error } from '../sigv4-error.ts'
import type { VerifiedRequest } from '../verify-signature.ts'
import { ChunkDecoder, type ChunkLimits } from './chunk-decoder.ts'

export interface BodyOptions extends ChunkLimits {
  /** A checksum of the body that a header declared, see `declaredChecksum`. */
  readonly checksum?: DeclaredChecksum
  /** Called once, at the very end, with the checksum that came behind the body and is right. */
  readonly onTrailer?: (checksum: DeclaredChecksum) => void
}

/**
 * The plain bytes of a request's body: takes `aws-chunked` apart, and checks hashes, chunk signatures, trailer, length
 * and checksum, as the request says. Memory is constant, nothing is read ahead, and leaving early ends the source.
 *
 * Bytes are handed on before all is checked: **keep nothing of them unless the iteration ends without an error.**
 *
 * A `content-encoding: aws-chunked` is then done with, and must not be stored with the object.
 *
 * @throws SigV4Error while iterating, when the body is not what was signed.
 *
 * @example
 * ```ts
 * await pipeline(Readable.from(decodeBody(verified, request)), partialFile) // rename it to its place after this
 * ```
 */
export async function* decodeBody(
  verified: VerifiedRequest,
  source: AsyncIterable<Uint8Array>,
  options: BodyOptions = {},
): AsyncGenerator<Buffer, void, undefined> {
  const declared = options.checksum
  const checksum = declared === undefined ? undefined : createChecksum(declared.algorithm)
  for await (const data of plainBytes(verified, source, options)) {
    checksum?.update(data)
    yield data
  }
  if (checksum !== undefined && checksum.digest().toString('base64') !== declared?.value) {
    throw new SigV4Error('checksum-mismatch', 'The body does not match the checksum in its header')
  }
}

async function* plainBytes(
  { request: { payload }, seed }: VerifiedRequest,
  source: AsyncIterable<Uint8Array>,
  options: BodyOptions,
): AsyncGenerator<Buffer, void, undefined> {
  switch (payload.kind) {
    case 'streaming': {
      const decoder = new ChunkDecoder(payload, seed, options)
      for await (const bytes of source) yield* decoder.take(asBuffer(bytes))
      const value = decoder.finish()
      if (value !== undefined && payload.trailer !== undefined) {
        options.onTrailer?.({ algorithm: payload.trailer, value })
      }
      break
    }
    case 'hashed':
      yield* hashedBytes(payload.sha256, source)
      break
    case 'unsigned':
    // The body was hashed by the caller to verify the request.
    case 'hash-not-sent':
      for await (const bytes of source) yield asBuffer(bytes)
  }
}

async function* hashedBytes(
  sha256: string,
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer, void, undefined> {
  const hash = createHash('sha256')
  for await (const bytes of source) {
    hash.update(bytes)
    yield asBuffer(bytes)
  }
  if (hash.digest('hex') !== sha256) {
    throw new SigV4Error('payload-mismatch', 'The body does not match x-amz-content-sha256')
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
