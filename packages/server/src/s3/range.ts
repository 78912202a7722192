import type { ByteRange } from '@headgate/storage'
import { invalidArgument } from './s3-error.ts'

const one = /^bytes=(?:(\d{1,15})-(\d{1,15})?|-(\d{1,15}))$/

/**
 * Parses the Range header of a read. Returns undefined, so that the header is ignored, when it is malformed or
 * contains several ranges (RFC 9110 section 14.2).
 */
export function parseRange(header: string | undefined): ByteRange | undefined {
  const match = one.exec(header?.trim() ?? '')
  if (match === null) return undefined
  const [, start, end, suffix] = match
  if (suffix !== undefined) return { suffix: Number(suffix) }
  if (end === undefined) return { start: Number(start) }
  return Number(end) < Number(start) ? undefined : { start: Number(start), end: Number(end) }
}

/** Parses the range of UploadPartCopy, which must contain the first and the last byte position. */
export function parseCopyRange(header: string | undefined): { start: number; end: number } | undefined {
  if (header === undefined) return undefined
  const [, start, end] = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(header) ?? []
  if (start === undefined || end === undefined || Number(end) < Number(start))
    throw invalidArgument('x-amz-copy-source-range', 'must be bytes=first-last')
  return { start: Number(start), end: Number(end) }
}
