import { HeadgateError } from '@headgate/errors'
import type { ByteRange } from './storage.ts'

/**
 * Returns the inclusive offsets of a range in an object of `size` bytes. An end beyond the object is reduced to its
 * last byte.
 *
 * @throws HeadgateError `invalid-range` if the object has no byte of the range (RFC 9110 section 15.5.17),
 * `bad-request` if the range itself is malformed
 */
export function resolveRange(range: ByteRange, size: number): { start: number; end: number } {
  checkRange(range)
  if ('suffix' in range) {
    if (range.suffix === 0 || size === 0) throw outside(size)
    return { start: Math.max(0, size - range.suffix), end: size - 1 }
  }
  if (range.start >= size) throw outside(size)
  return { start: range.start, end: Math.min(range.end ?? size - 1, size - 1) }
}

/** Formats a byte range as the value of a `Range` header. */
export function rangeHeader(range: ByteRange): string {
  checkRange(range)
  return 'suffix' in range ? `bytes=-${range.suffix}` : `bytes=${range.start}-${range.end ?? ''}`
}

function checkRange(range: ByteRange): void {
  const offsets = 'suffix' in range ? [range.suffix] : [range.start, range.end ?? range.start]
  const sound = offsets.every((n) => Number.isSafeInteger(n) && n >= 0)
  if (sound && ('suffix' in range || (range.end ?? range.start) >= range.start)) return
  throw new HeadgateError(
    'bad-request',
    'The offsets of a range must be integers, and its end must not be before its start',
  )
}

function outside(size: number): HeadgateError {
  return new HeadgateError('invalid-range', `The range is outside the object's ${size} bytes`)
}
