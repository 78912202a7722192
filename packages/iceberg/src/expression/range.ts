import type { Operator, Predicate } from './expression.ts'
import { compareValues, hasPrefix, type Value } from './value.ts'

/** Share of rows that match a predicate, or that are null or NaN. */
export type Share = 'none' | 'some' | 'all'

/** Known facts about the values of one column in a set of rows, such as the rows of a file. */
export interface Range {
  readonly nulls: Share
  readonly nans: Share
  /**
   * Whether at least one row is certainly NaN. Some engines, such as Spark, treat NaN as greater than all numbers.
   */
  readonly hasNan: boolean
  /** Lower bound of the values other than null and NaN. Null: unknown. */
  readonly lower: Value | null
  /** Upper bound of the values other than null and NaN. Null: unknown. */
  readonly upper: Value | null
  /** Whether the upper bound is truncated, so that values which begin with `upper` can be greater than `upper`. */
  readonly isUpperPrefix: boolean
  /**
   * Whether the range certainly contains all values, so that a predicate that holds for the whole range holds for all
   * rows. If not, the range can only prove that no row matches.
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
 * Returns whether all, some or no rows match a predicate, if their values are in a range. As in the evaluators of
 * Iceberg, null matches only negated comparisons.
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

/** Returns whether all, some or no rows match a comparison that is not negated. Null does not match. */
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

/** Returns whether all, some or no values of a range match a comparison that is not negated. */
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
  // If both bounds begin with a prefix, all values between the bounds begin with this prefix.
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

/**
 * Compares the upper bound of a range with a literal. A truncated bound counts as greater than the literals that
 * begin with it.
 */
function compareUpper({ isUpperPrefix }: Range, upper: Value, literal: Value): number {
  return isUpperPrefix && hasPrefix(literal, upper) ? 1 : compareValues(upper, literal)
}

function startsWith(prefix: Value, { lower, upper }: Range): Share {
  if (lower !== null && compareValues(lower, prefix) > 0 && !hasPrefix(lower, prefix)) return 'none'
  // If the upper bound is a prefix of the wanted prefix, a longer value may still match.
  if (upper !== null && compareValues(upper, prefix) < 0 && !hasPrefix(prefix, upper)) return 'none'
  if (lower === null || upper === null) return 'some'
  return hasPrefix(lower, prefix) && hasPrefix(upper, prefix) ? 'all' : 'some'
}
