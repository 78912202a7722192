import { createHash } from 'node:crypto'
import { createChecksum } from '../checksums/checksum.ts'
import type { DeclaredChecksum } from '../checksums/declared-checksum.ts'
import { SigV4Error } from '../sigv4-error.ts'
import type { VerifiedRequest } from '../verify-signature.ts'
import { ChunkDecoder, type ChunkLimits } from './chunk-decoder.ts'

export interface BodyOptions extends ChunkLimits {
  /** Checksum of the body that a header of the request declares, see `declaredChecksum`. */
  readonly checksum?: DeclaredChecksum
  /** Called once after the last byte, with the verified checksum of the trailer. */
  readonly onTrailer?: (checksum: DeclaredChecksum) => void
}

/**
 * Verifies and decodes the body of a request, and yields its plain bytes. Decodes `aws-chunked`, and checks the hash,
 * chunk signatures, trailer, length and checksum that the request declares. Uses constant memory, does not read
 * ahead, and closes the source when the caller stops iterating.
 *
 * It yields bytes before it has checked all of them: **discard them unless the iteration ends without an error.**
 *
 * Do not store the header `content-encoding: aws-chunked` with the object, because the yielded bytes are decoded.
 *
 * @throws SigV4Error while iterating, when the body is not the one that was signed.
 *
 * @example
 * ```ts
 * await pipeline(Readable.from(decodeBody(verified, request)), partialFile) // publish the file only after this
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
    // The hash is not checked here, because the caller has already hashed the body to verify the request.
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
