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
 * Returns the stored text of a transform. Known transforms are accepted in any case and stored in canonical case. Unknown
 * transforms are not changed, because a newer engine may support them.
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

/** Decodes the transform of a partition field or sort field, and returns its stored text. */
export const decodeTransform: Decoder<string> = (value) => canonicalTransform(decodeString(value))

function sizedTransform(
  lower: string,
): { readonly name: 'bucket' | 'truncate'; readonly size: number } | undefined {
  const match = WIDTH.exec(lower)
  const name = match?.[1]
  return name === 'bucket' || name === 'truncate' ? { name, size: Number(match?.[2]) } : undefined
}

/** Returns whether the transform is `void`, which replaces the transform of a dropped field and needs no source. */
export function isVoid(transform: string): boolean {
  return transform === 'void'
}

/** Returns whether a transform is known. Known transforms have exactly one source column. */
export function isKnown(transform: string): boolean {
  return PLAIN.includes(transform) || sizedTransform(transform) !== undefined
}

/** Returns whether a transform supports a primitive type. Unknown transforms are assumed to support all types. */
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
