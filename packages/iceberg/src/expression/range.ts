import type { Operator, Predicate } from './expression.ts'
import { compareValues, hasPrefix, type Value } from './value.ts'

/** How many rows have a property, or match a predicate. */
export type Share = 'none' | 'some' | 'all'

/** Limits of the values of a column in a set of rows. */
export interface Range {
  readonly nulls: Share
  readonly nans: Share
  /** Whether a row certainly has NaN, which engines such as Spark treat as greater than all numbers. */
  readonly hasNan: boolean
  /** No value, apart from null and NaN, is less. Null: unknown. */
  readonly lower: Value | null
  /** No value, apart from null and NaN, is greater. Null: unknown. */
  readonly upper: Value | null
  /** Whether values that begin with `upper` can be greater than `upper`. */
  readonly isUpperPrefix: boolean
  /**
   * Whether the rows certainly have only values from `lower` to `upper`, so that a predicate on all of these values
   * holds for all rows. Otherwise the range only excludes.
   */
  readonly isExact: boolean
}

export const unknownRange: Range = {
  nulls: 'some',
  nans: 'some',
  hasNan: false,
  lower: null,
  upper: null,
  isUpperPrefix: false,
  isExact: false,
}

/**
 * Returns how many rows with values in a range match a predicate. Null and NaN match comparisons as in the evaluators
 * of Iceberg: null matches only negated comparisons.
 */
export function evaluate(
  { operator, literals }: Pick<Predicate, 'operator' | 'literals'>,
  range: Range,
): Share {
  switch (operator) {
    case 'is-null':
      return range.nulls
    case 'not-null':
      return negated(range.nulls)
    case 'is-nan':
      return range.nulls === 'all' ? 'none' : range.nans
    case 'not-nan':
      return range.nulls === 'all' ? 'some' : negated(range.nans)
    case 'not-eq':
    case 'not-in':
    case 'not-starts-with':
      return negated(shareOf(positive[operator], literals, range))
    default:
      return shareOf(operator, literals, range)
  }
}

/** Returns how many rows match an operator that is not negated. Rows without a value do not match. */
function shareOf(operator: Operator, literals: readonly Value[], range: Range): Share {
  const { nulls, nans, hasNan } = range
  if (hasNan && (operator === 'gt' || operator === 'gt-eq')) return 'some'
  if (nulls === 'all' || nans === 'all') return 'none'
  const share = compare(operator, literals, range)
  return share === 'all' && (nulls !== 'none' || nans !== 'none') ? 'some' : share
}

const positive = { 'not-eq': 'eq', 'not-in': 'in', 'not-starts-with': 'starts-with' } as const

export function negated(share: Share): Share {
  return share === 'some' ? 'some' : share === 'all' ? 'none' : 'all'
}

/** Returns how many values of a range match an operator that is not negated. */
function compare(operator: Operator, literals: readonly Value[], range: Range): Share {
  const { lower, upper, isExact } = range
  const [literal] = literals
  if (operator === 'in') return inSet(literals, range)
  if (literal === undefined) return 'some'
  const low = lower === null ? null : compareValues(lower, literal)
  const high = upper === null ? null : compareUpper(range, upper, literal)
  const isBelow = high !== null && high < 0
  const isAbove = low !== null && low > 0
  const share = ((): Share => {
    switch (operator) {
      case 'lt':
        return low !== null && low >= 0 ? 'none' : isBelow ? 'all' : 'some'
      case 'lt-eq':
        return isAbove ? 'none' : high !== null && high <= 0 ? 'all' : 'some'
      case 'gt':
        return high !== null && high <= 0 ? 'none' : isAbove ? 'all' : 'some'
      case 'gt-eq':
        return isBelow ? 'none' : low !== null && low >= 0 ? 'all' : 'some'
      case 'eq':
        return isBelow || isAbove ? 'none' : low === 0 && high === 0 ? 'all' : 'some'
      case 'starts-with':
        return startsWith(literal, range)
      default:
        return 'some'
    }
  })()
  // If both bounds begin with a prefix, all values between them do.
  return share === 'all' && !isExact && operator !== 'starts-with' ? 'some' : share
}

function inSet(literals: readonly Value[], range: Range): Share {
  const inside = literals.filter(
    (literal) =>
      (range.lower === null || compareValues(range.lower, literal) <= 0) &&
      (range.upper === null || compareUpper(range, range.upper, literal) >= 0),
  )
  if (inside.length === 0) return 'none'
  const isSingle =
    range.isExact &&
    range.lower !== null &&
    range.upper !== null &&
    !range.isUpperPrefix &&
    compareValues(range.lower, range.upper) === 0
  return isSingle ? 'all' : 'some'
}

/** Compares the greatest possible value of a range with a literal. */
function compareUpper({ isUpperPrefix }: Range, upper: Value, literal: Value): number {
  return isUpperPrefix && hasPrefix(literal, upper) ? 1 : compareValues(upper, literal)
}

function startsWith(prefix: Value, { lower, upper }: Range): Share {
  if (lower !== null && compareValues(lower, prefix) > 0 && !hasPrefix(lower, prefix)) return 'none'
  // Values up to an upper bound that is a prefix of the wanted prefix are excluded only if they are less.
  if (upper !== null && compareValues(upper, prefix) < 0 && !hasPrefix(prefix, upper)) return 'none'
  if (lower === null || upper === null) return 'some'
  return hasPrefix(lower, prefix) && hasPrefix(upper, prefix) ? 'all' : 'some'
}
