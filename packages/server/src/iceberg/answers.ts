import { hash } from 'node:crypto'
import { type JsonObject, stringify } from '@headgate/json'
import { formatEtag } from '@headgate/iceberg/rest'
import { gzipSplice } from '../catalog/gzip-splice.ts'
import type { ServedBody } from '../catalog/body-cache.ts'
import type { Answer } from '../http/operation.ts'
import type { Ending } from './ending.ts'

const json = { 'content-type': 'application/json' }

/** Below this many bytes of text, compressing saves no packet worth the client's work. */
const worthCompressing = 1_400
/** Up to this many bytes, copying is cheaper than another write. */
const worthCopying = 32 * 1024

export const noContent: Answer = { status: 204 }

export function jsonAnswer(value: JsonObject, status = 200): Answer {
  return { status, headers: json, body: stringify(value) }
}

/** `LoadTableResult` and its kin around metadata text that is not parsed. */
export interface MetadataAnswer {
  /** Null while it is only staged. */
  readonly location: string | null
  readonly text: Buffer
  readonly ending: Ending
  readonly etag: string | null
}

export function metadataAnswer({ location, text, ending, etag }: MetadataAnswer): Answer {
  const body = together([headOf(location), text, ending.text])
  return { status: 200, headers: metadataHeaders(etag), body }
}

/** The same with a gzip body, spliced out of the packed text. */
export function packedMetadataAnswer(
  location: string,
  served: ServedBody & { packed: object },
  ending: Ending,
  etag: string,
): Answer {
  const body = together(gzipSplice(headOf(location), served.packed, ending.packed))
  return { status: 200, headers: { ...metadataHeaders(etag), 'content-encoding': 'gzip' }, body }
}

function headOf(location: string | null): Buffer {
  return Buffer.from(
    location === null ? '{"metadata":' : `{"metadata-location":${JSON.stringify(location)},"metadata":`,
  )
}

/** Small pieces are copied into one, which is one write; large ones are not worth copying. */
function together(pieces: readonly Buffer[]): Buffer | readonly Buffer[] {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
  return length <= worthCopying ? Buffer.concat(pieces, length) : pieces
}

/** The client has it already. */
export function notModified(etag: string): Answer {
  return { status: 304, headers: { ...caching, etag } }
}

/** What a cache must know: the answer depends on who asks, and must be asked for again each time. */
const caching = {
  'cache-control': 'private, no-cache',
  vary: 'Authorization, Accept-Encoding, X-Iceberg-Access-Delegation',
}

function metadataHeaders(etag: string | null): Record<string, string> {
  const headers: Record<string, string> = { ...json, ...caching }
  if (etag !== null) headers['etag'] = etag
  return headers
}

/** Changes with the metadata, with its form, and with the storage access that is handed out with it. */
export function etagOf(metadataLocation: string, form: 'all' | 'refs', access?: string): string {
  const handedOut = access === undefined ? '' : ` ${access}`
  return formatEtag(hash('sha1', `${form} ${metadataLocation}${handedOut}`, 'base64url'))
}

export function acceptsGzip(
  header: string | undefined,
  served: ServedBody,
): served is ServedBody & { packed: NonNullable<ServedBody['packed']> } {
  if (header === undefined || served.packed === null || served.packed.length < worthCompressing) return false
  return /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(header)
}
