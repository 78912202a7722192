import { invalid } from '../../field-error.ts'
import { decodeString, type Decoder } from '../../fields.ts'
import type { PrimitiveKind } from '../schema/primitive.ts'

const WIDTH = /^(\w+)\[(\d+)\]$/
const PLAIN = ['identity', 'year', 'month', 'day', 'hour', 'void']
const INT_MAX = 2 ** 31 - 1
const LONGEST = 1000

const TIMESTAMPS: readonly PrimitiveKind[] = ['timestamp', 'timestamptz', 'timestamp_ns', 'timestamptz_ns']
const DATES: readonly PrimitiveKind[] = ['date', ...TIMESTAMPS]
const TRUNCATABLE: readonly PrimitiveKind[] = ['int', 'long', 'decimal', 'string', 'binary']
const BUCKETABLE: readonly PrimitiveKind[] = [...TRUNCATABLE, ...DATES, 'time', 'uuid', 'fixed']

/**
 * The stored text of a transform. Known ones are read in any case and written in their own; others are kept as they
 * are, since a catalog must not lose what newer engines write.
 */
function canonicalTransform(text: string): string {
  if (text.length > LONGEST) throw invalid('Cannot parse transform: too long')
  const lower = text.toLowerCase()
  if (PLAIN.includes(lower)) return lower
  const sized = sizedTransform(lower)
  if (sized === undefined) return text
  if (sized.size < 1 || sized.size > INT_MAX)
    throw invalid(
      sized.name === 'bucket'
        ? `Invalid number of buckets: ${sized.size} (must be > 0)`
        : `Invalid truncate width: ${sized.size} (must be > 0)`,
    )
  return `${sized.name}[${sized.size}]`
}

/** Reads a transform from JSON. */
export const decodeTransform: Decoder<string> = (value) => canonicalTransform(decodeString(value))

function sizedTransform(
  lower: string,
): { readonly name: 'bucket' | 'truncate'; readonly size: number } | undefined {
  const match = WIDTH.exec(lower)
  const name = match?.[1]
  return name === 'bucket' || name === 'truncate' ? { name, size: Number(match?.[2]) } : undefined
}

/** True for `void`, which replaces the transform of a dropped field and so needs no source. */
export function isVoid(transform: string): boolean {
  return transform === 'void'
}

/** Whether a transform is one of those that take exactly one column. Of unknown ones nothing is known. */
export function isKnown(transform: string): boolean {
  return PLAIN.includes(transform) || sizedTransform(transform) !== undefined
}

/** Whether values of a primitive type can be transformed. Unknown transforms are assumed to take any. */
export function canTransform(transform: string, source: PrimitiveKind): boolean {
  switch (sizedTransform(transform)?.name ?? transform) {
    case 'identity':
      return source !== 'variant' && source !== 'geometry' && source !== 'geography'
    case 'bucket':
      return BUCKETABLE.includes(source)
    case 'truncate':
      return TRUNCATABLE.includes(source)
    case 'year':
    case 'month':
    case 'day':
      return DATES.includes(source)
    case 'hour':
      return TIMESTAMPS.includes(source)
    default:
      return true
  }
}
