import { hash } from 'node:crypto'
import { type JsonObject, stringify } from '@headgate/json'
import { formatEtag, type SnapshotMode } from '@headgate/iceberg/rest'
import { gzipSplice } from '../catalog/gzip-splice.ts'
import type { ResponseSuffix } from '../catalog/response-suffix.ts'
import type { EncodedText } from '../catalog/metadata-text-cache.ts'
import type { Response } from '../operation/operation.ts'

const json = { 'content-type': 'application/json' }

/**
 * Minimum length, in bytes, of a text that is sent compressed. Compression of a shorter text saves no network
 * packet.
 */
const minCompressedBytes = 1_400
/**
 * Maximum length, in bytes, of a cached response that is copied into one buffer. Up to this length, a copy is
 * cheaper than several writes.
 */
const maxCachedCopyBytes = 32 * 1024
/**
 * Maximum length, in bytes, of a response that is copied and not cached. Node would not allocate a larger
 * buffer from its buffer pool.
 */
const maxCopyBytes = 4 * 1024

export const noContent: Response = { status: 204 }

/** Encodes a JSON response. */
export function jsonResponse(value: JsonObject, status = 200): Response {
  return { status, headers: json, body: stringify(value) }
}

/** Fields of a `LoadTableResult`, `LoadViewResult` or `CommitTableResponse`. The metadata text is not parsed. */
export interface MetadataFields {
  /** Location of the metadata file. Null for a staged table, which has no metadata file yet. */
  readonly location: string | null
  readonly text: Buffer
  readonly suffix: ResponseSuffix
  readonly etag: string | null
}

/** Encodes a response with metadata. */
export function metadataResponse(fields: MetadataFields): Response {
  return plainResponse(fields, false).response
}

/**
 * Encoded response. `text` is the part of its body that contains a copy of the metadata text; absent if there
 * is no copy.
 */
export interface EncodedResponse {
  readonly response: Response
  readonly text?: Buffer | undefined
}

/**
 * Encodes a response with metadata, without compression.
 *
 * @param isCached whether the response will be sent several times
 */
export function plainResponse(
  { location, text, suffix, etag }: MetadataFields,
  isCached: boolean,
): EncodedResponse {
  return encode(etag, {}, joinSmall([prefixWith(location), text, suffix.text], isCached), text)
}

/** Metadata text that also has a compressed form. */
export type GzipText = EncodedText & { readonly compressed: NonNullable<EncodedText['compressed']> }

/** Encodes a response with metadata as gzip, from the compressed form of the text. */
export function compressedResponse(
  location: string,
  { compressed }: GzipText,
  suffix: ResponseSuffix,
  etag: string,
  isCached: boolean,
): EncodedResponse {
  const pieces = gzipSplice(prefixWith(location), compressed, suffix.compressed)
  return encode(etag, { 'content-encoding': 'gzip' }, joinSmall(pieces, isCached), compressed.compressed)
}

function encode(
  etag: string | null,
  headers: Response['headers'],
  { body, pieces }: JoinedPieces,
  text: Buffer,
): EncodedResponse {
  const response = { status: 200, headers: { ...metadataHeaders(etag), ...headers }, body: body ?? pieces }
  if (body === null) return { response }
  const at = pieces.slice(0, pieces.indexOf(text)).reduce((sum, piece) => sum + piece.length, 0)
  return { response, text: body.subarray(at, at + text.length) }
}

function prefixWith(location: string | null): Buffer {
  return Buffer.from(
    location === null ? '{"metadata":' : `{"metadata-location":${JSON.stringify(location)},"metadata":`,
  )
}

interface JoinedPieces {
  /** Content of all pieces in one buffer. Null: the pieces are too large to copy. */
  readonly body: Buffer | null
  readonly pieces: readonly Buffer[]
}

/** Copies the small pieces of a response body into one buffer, so that one write sends them. */
function joinSmall(pieces: readonly Buffer[], isCached: boolean): JoinedPieces {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
  if (length > (isCached ? maxCachedCopyBytes : maxCopyBytes)) return { body: null, pieces }
  // A cached buffer from the pool would keep the whole page of the pool in memory.
  const body = isCached ? Buffer.allocUnsafeSlow(length) : Buffer.allocUnsafe(length)
  let at = 0
  for (const piece of pieces) {
    body.set(piece, at)
    at += piece.length
  }
  return { body, pieces }
}

/** Encodes the 304 response for a client that already has the current metadata. */
export function notModified(etag: string): Response {
  return { status: 304, headers: { ...caching, etag } }
}

/** Headers of responses that depend on the caller. Caches must revalidate such a response for each request. */
const caching = {
  'cache-control': 'private, no-cache',
  vary: 'Authorization, Accept-Encoding, X-Iceberg-Access-Delegation',
}

function metadataHeaders(etag: string | null): Record<string, string> {
  const headers: Record<string, string> = { ...json, ...caching }
  if (etag !== null) headers['etag'] = etag
  return headers
}

/**
 * Returns the ETag of a response. It depends on the metadata text (`metadataKey` from `toMetadataKey`), on the
 * snapshots that the response contains, and on the version of the storage access.
 */
export function formatMetadataEtag(metadataKey: string, snapshots: SnapshotMode, access?: string): string {
  const accessVersion = access === undefined ? '' : ` ${access}`
  return formatEtag(hash('sha1', `${snapshots} ${metadataKey}${accessVersion}`, 'base64url'))
}

/** Returns whether a client accepts gzip, and the text is long enough for it. */
export function acceptsGzip(header: string | undefined, encoded: EncodedText): encoded is GzipText {
  if (header === undefined || encoded.compressed === null || encoded.compressed.length < minCompressedBytes)
    return false
  return /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(header)
}
