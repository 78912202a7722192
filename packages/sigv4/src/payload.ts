import { parseChecksumHeader, type ChecksumAlgorithm } from './checksums/checksum.ts'
import { UNSIGNED_PAYLOAD } from './payload-hashes.ts'
import { SigV4Error } from './sigv4-error.ts'

export const STREAMING_SIGNED = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'
export const STREAMING_SIGNED_TRAILER = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER'
export const STREAMING_UNSIGNED_TRAILER = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER'

/** Relation between the body of a request and its signature. */
export type Payload =
  /** The signature covers the SHA-256 of the body, which the request contains in lower-case hexadecimal digits. */
  | { readonly kind: 'hashed'; readonly sha256: string }
  /**
   * The signature covers the SHA-256 of the body, which the request does not contain. The server must hash the body
   * and pass the hash to `verifySignature`.
   */
  | { readonly kind: 'hash-not-sent' }
  /** The signature does not cover the body. */
  | { readonly kind: 'unsigned' }
  /** The body is sent in chunks (`aws-chunked`). The chunks may be signed, and a checksum may follow them. */
  | StreamingPayload

/** A body in chunks (`aws-chunked`). */
export interface StreamingPayload {
  readonly kind: 'streaming'
  readonly chunks: 'signed' | 'unsigned'
  /** Algorithm of the checksum in the trailer. Undefined: the body has no trailer. */
  readonly trailer?: ChecksumAlgorithm
  /** Bytes of the body without chunk headers and trailer. */
  readonly decodedLength: number
}

/** Headers that describe the body of a request. */
export interface PayloadHeaders {
  readonly contentSha256: string | undefined
  readonly decodedLength: string | undefined
  readonly trailer: string | undefined
}

/** Reads from the headers how the body is signed and encoded. Returns `absent` if no header describes the body. */
export function parsePayload(headers: PayloadHeaders, absent: Payload | undefined): Payload {
  const value = headers.contentSha256
  switch (value) {
    case undefined:
      if (absent !== undefined) return absent
      throw new SigV4Error(
        'no-payload-hash',
        'The header x-amz-content-sha256 is missing. Send the SHA-256 of the body, or UNSIGNED-PAYLOAD.',
      )
    case UNSIGNED_PAYLOAD:
      return { kind: 'unsigned' }
    case STREAMING_SIGNED:
      return { kind: 'streaming', chunks: 'signed', decodedLength: decodedLength(headers) }
    case STREAMING_SIGNED_TRAILER:
      return streamingWithTrailer('signed', headers)
    case STREAMING_UNSIGNED_TRAILER:
      return streamingWithTrailer('unsigned', headers)
    default:
      return { kind: 'hashed', sha256: parseHash(value) }
  }
}

function parseHash(value: string): string {
  if (/^[0-9a-f]{64}$/.test(value)) return value
  // Iceberg's Java client sends the hash in base64, but signs it in hexadecimal digits.
  if (/^[A-Za-z0-9+/]{43}=$/.test(value)) return Buffer.from(value, 'base64').toString('hex')
  if (value.startsWith('STREAMING-')) {
    throw new SigV4Error(
      'unsupported-payload',
      'x-amz-content-sha256 names a kind of streaming that is not supported',
    )
  }
  throw new SigV4Error('malformed-payload-hash', 'x-amz-content-sha256 must be a SHA-256 or a known constant')
}

function streamingWithTrailer(chunks: 'signed' | 'unsigned', headers: PayloadHeaders): StreamingPayload {
  if (headers.trailer === undefined) {
    throw new SigV4Error('unsupported-trailer', 'The header x-amz-trailer is missing')
  }
  const trailer = parseChecksumHeader(headers.trailer.toLowerCase())
  if (trailer === undefined) {
    throw new SigV4Error('unsupported-trailer', 'x-amz-trailer must name one supported x-amz-checksum header')
  }
  return { kind: 'streaming', chunks, trailer, decodedLength: decodedLength(headers) }
}

function decodedLength(headers: PayloadHeaders): number {
  if (headers.decodedLength === undefined || !/^\d{1,15}$/.test(headers.decodedLength)) {
    throw new SigV4Error('no-decoded-length', 'x-amz-decoded-content-length must be a number of bytes')
  }
  return Number(headers.decodedLength)
}
