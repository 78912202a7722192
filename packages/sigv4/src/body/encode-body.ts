import { sha256Hex } from '../sha256-hex.ts'
import {
  checksumHeader,
  checksumLengths,
  createChecksum,
  type ChecksumAlgorithm,
} from '../checksums/checksum.ts'
import { STREAMING_SIGNED, STREAMING_SIGNED_TRAILER, STREAMING_UNSIGNED_TRAILER } from '../payload.ts'
import type { Seed } from '../signature.ts'
import { SigV4Error } from '../sigv4-error.ts'
import type { Header } from '../wire-request.ts'
import { ChunkSignatures } from './chunk-signatures.ts'

/**
 * Form of an `aws-chunked` body: signed or unsigned chunks, with or without a checksum as trailer. Unsigned chunks
 * need a trailer.
 */
export interface StreamingForm {
  readonly chunks: 'signed' | 'unsigned'
  readonly trailer?: ChecksumAlgorithm
  /** Number of data bytes in each chunk except the last. Amazon S3 requires at least 8 KiB. Default: 64 KiB. */
  readonly chunkBytes?: number
}

const CHUNK_BYTES = 64 * 1024
const SIGNATURE_LENGTH = ';chunk-signature='.length + 64

/** Returns the payload hash to sign for a request with an `aws-chunked` body. */
export function streamingPayloadHash({ chunks, trailer }: StreamingForm): string {
  if (chunks === 'signed') return trailer === undefined ? STREAMING_SIGNED : STREAMING_SIGNED_TRAILER
  if (trailer !== undefined) return STREAMING_UNSIGNED_TRAILER
  throw new SigV4Error(
    'unsupported-payload',
    'Unsigned chunks need a trailer: set trailer to the name of a checksum',
  )
}

/**
 * Returns the headers that a request with an `aws-chunked` body needs. Add them before signing. `decodedLength` is
 * the number of data bytes.
 */
export function streamingHeaders(form: StreamingForm, decodedLength: number): Header[] {
  const headers: Header[] = [
    ['content-encoding', 'aws-chunked'],
    ['content-length', String(encodedLength(form, decodedLength))],
    ['x-amz-decoded-content-length', String(decodedLength)],
  ]
  if (form.trailer !== undefined) headers.push(['x-amz-trailer', checksumHeader(form.trailer)])
  return headers
}

/** Returns the length of a body in `aws-chunked` encoding, in bytes. `decodedLength` is the number of data bytes. */
export function encodedLength(form: StreamingForm, decodedLength: number): number {
  const size = form.chunkBytes ?? CHUNK_BYTES
  const signature = form.chunks === 'signed' ? SIGNATURE_LENGTH : 0
  const chunk = (bytes: number): number => bytes.toString(16).length + signature + 2 + bytes + 2
  const rest = decodedLength % size
  const chunks = Math.floor(decodedLength / size) * chunk(size) + (rest > 0 ? chunk(rest) : 0)
  if (form.trailer === undefined) return chunks + chunk(0)
  const value = Math.ceil(checksumLengths[form.trailer] / 3) * 4
  const trailer = checksumHeader(form.trailer).length + 1 + value + 2
  const trailerSignature = form.chunks === 'signed' ? 'x-amz-trailer-signature:'.length + 64 + 2 : 0
  return chunks + chunk(0) + trailer + trailerSignature
}

/**
 * Encodes a body as `aws-chunked`. `seed` contains the signature of the request (`signRequest(…).seed`), which the
 * first chunk signature covers.
 *
 * @example
 * ```ts
 * const form = { chunks: 'signed', trailer: 'crc32c' } as const
 * const headers = [['host', host], ...streamingHeaders(form, length)]
 * const signed = signRequest({ method: 'PUT', target, headers }, { credentials, region, service: 's3', date: new Date(), payloadHash: streamingPayloadHash(form) })
 * const body = Readable.from(encodeBody(source, form, signed.seed))
 * ```
 */
export async function* encodeBody(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  form: StreamingForm,
  seed: Seed,
): AsyncGenerator<Buffer, void, undefined> {
  streamingPayloadHash(form) // refuses an unsupported form
  const signatures = form.chunks === 'signed' ? new ChunkSignatures(seed) : undefined
  const checksum = form.trailer === undefined ? undefined : createChecksum(form.trailer)
  for await (const data of pieces(source, form.chunkBytes ?? CHUNK_BYTES)) {
    checksum?.update(data)
    yield chunkHeader(data, signatures)
    yield data
    yield Buffer.from('\r\n')
  }
  yield chunkHeader(Buffer.alloc(0), signatures)
  if (form.trailer !== undefined && checksum !== undefined) {
    const line = `${checksumHeader(form.trailer)}:${checksum.digest().toString('base64')}`
    const signature = signatures?.trailer(sha256Hex(`${line}\n`))
    yield Buffer.from(
      signature === undefined ? `${line}\r\n` : `${line}\r\nx-amz-trailer-signature:${signature}\r\n`,
    )
  }
  yield Buffer.from('\r\n')
}

function chunkHeader(data: Buffer, signatures: ChunkSignatures | undefined): Buffer {
  const size = data.length.toString(16)
  return Buffer.from(
    signatures === undefined
      ? `${size}\r\n`
      : `${size};chunk-signature=${signatures.nextChunk(sha256Hex(data))}\r\n`,
  )
}

/** Splits a stream into pieces of `size` bytes. The last piece may be smaller; no piece is empty. */
async function* pieces(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  size: number,
): AsyncGenerator<Buffer, void, undefined> {
  let gathered: Uint8Array[] = []
  let length = 0
  for await (const bytes of source) {
    let rest = bytes
    while (length + rest.length >= size) {
      yield Buffer.concat([...gathered, rest.subarray(0, size - length)])
      rest = rest.subarray(size - length)
      gathered = []
      length = 0
    }
    if (rest.length > 0) gathered.push(rest)
    length += rest.length
  }
  if (length > 0) yield Buffer.concat(gathered)
}
