import { hash } from 'node:crypto'
import { type JsonObject, stringify } from '@headgate/json'
import { formatEtag } from '@headgate/iceberg/rest'
import { gzipSplice } from '../catalog/gzip-splice.ts'
import type { ServedBody } from '../catalog/body-cache.ts'
import type { Answer } from '../http/operation.ts'
import type { PackedBody } from '../store/relations.ts'
import type { ResponseSuffix } from './load-result.ts'

const json = { 'content-type': 'application/json' }

/** Below this many bytes of text, compressing saves no packet worth the client's work. */
const worthCompressing = 1_400
/** Up to this many bytes, copying is cheaper than another write, every time that it is kept for. */
const worthCopying = 32 * 1024
/** The same for what is written once; more would get memory of its own, for the collection of garbage to find. */
const worthCopyingOnce = 4 * 1024

export const noContent: Answer = { status: 204 }

export function jsonAnswer(value: JsonObject, status = 200): Answer {
  return { status, headers: json, body: stringify(value) }
}

/** `LoadTableResult` and its kin around metadata text that is not parsed. */
export interface MetadataAnswer {
  /** Null while it is only staged. */
  readonly location: string | null
  readonly text: Buffer
  readonly ending: ResponseSuffix
  readonly etag: string | null
}

export function metadataAnswer(parts: MetadataAnswer): Answer {
  return plainAnswer(parts, false).answer
}

/** An answer, and the text it was made of as it stands in there; absent where it was not copied. */
export interface MadeAnswer {
  readonly answer: Answer
  readonly text?: Buffer | undefined
}

/** @param isKept whether it will be sent again and again */
export function plainAnswer({ location, text, ending, etag }: MetadataAnswer, isKept: boolean): MadeAnswer {
  return made(etag, {}, together([headOf(location), text, ending.text], isKept), text)
}

/** The same with a gzip body, spliced out of the packed text. */
export function packedAnswer(
  location: string,
  { packed }: ServedBody & { packed: PackedBody },
  ending: ResponseSuffix,
  etag: string,
  isKept: boolean,
): MadeAnswer {
  const pieces = gzipSplice(headOf(location), packed, ending.packed)
  return made(etag, { 'content-encoding': 'gzip' }, together(pieces, isKept), packed.packed)
}

function made(
  etag: string | null,
  headers: Answer['headers'],
  { body, pieces }: Together,
  text: Buffer,
): MadeAnswer {
  const answer = { status: 200, headers: { ...metadataHeaders(etag), ...headers }, body: body ?? pieces }
  if (body === null) return { answer }
  const at = pieces.slice(0, pieces.indexOf(text)).reduce((sum, piece) => sum + piece.length, 0)
  return { answer, text: body.subarray(at, at + text.length) }
}

function headOf(location: string | null): Buffer {
  return Buffer.from(
    location === null ? '{"metadata":' : `{"metadata-location":${JSON.stringify(location)},"metadata":`,
  )
}

interface Together {
  /** Null: too large. */
  readonly body: Buffer | null
  readonly pieces: readonly Buffer[]
}

/** Small pieces are copied into one, which is one write; large ones are not worth copying. */
function together(pieces: readonly Buffer[], isKept: boolean): Together {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
  if (length > (isKept ? worthCopying : worthCopyingOnce)) return { body: null, pieces }
  // What is kept does not come out of the pool, whose pages it would keep too.
  const whole = isKept ? Buffer.allocUnsafeSlow(length) : Buffer.allocUnsafe(length)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return { body: whole, pieces }
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

/** Returns the ETag of a metadata text, by its `metadataKeyOf`, in one form and with one version of storage access. */
export function etagOf(metadataKey: string, form: 'all' | 'refs', access?: string): string {
  const handedOut = access === undefined ? '' : ` ${access}`
  return formatEtag(hash('sha1', `${form} ${metadataKey}${handedOut}`, 'base64url'))
}

export function acceptsGzip(
  header: string | undefined,
  served: ServedBody,
): served is ServedBody & { packed: NonNullable<ServedBody['packed']> } {
  if (header === undefined || served.packed === null || served.packed.length < worthCompressing) return false
  return /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(header)
}
