import { compareInt64 } from '@headgate/json'
import type { ContentFile } from '../manifest/types.ts'
import type { BoundTerm, Predicate } from './expression.ts'
import { evaluate, unknownRange, type Range, type Share } from './range.ts'
import { compareValues, decodeBound, signedUuid, type Value } from './value.ts'

/**
 * Returns `none` if no row of a file matches a predicate, and `some` otherwise. Uses the column statistics of the
 * file.
 */
export function evaluateStatistics(predicate: Predicate, file: ContentFile): Share {
  const { term } = predicate
  if (compareInt64(file.recordCount, 0) === 0) return 'none'
  if (term === null || term.transform !== null || compareInt64(file.recordCount, 0) < 0) return 'some'
  const range = rangeOf(term, file)
  return evaluateInOrder(predicate, range) === 'none' ? 'none' : 'some'
}

/** Returns `all` if all rows of a file certainly match a predicate, by the statistics of its columns. */
export function evaluateAllRows(predicate: Predicate, file: ContentFile): Share {
  const { term } = predicate
  if (term === null || term.transform !== null || compareInt64(file.recordCount, 0) < 0) return 'some'
  return evaluateInOrder(predicate, rangeOf(term, file))
}

/**
 * Returns whether all, some or no rows match a predicate, if their values are in a range. Writers sort UUIDs in two
 * ways, so the result for a UUID column is `some` unless both orders lead to the same result.
 */
export function evaluateInOrder(predicate: Predicate, range: Range): Share {
  const share = evaluate(predicate, range)
  if (predicate.term?.type?.kind !== 'uuid') return share
  const { lower, upper } = range
  const literals = predicate.literals.map(signedUuid).toSorted(compareValues)
  const signed = {
    ...range,
    lower: lower === null ? null : signedUuid(lower),
    upper: upper === null ? null : signedUuid(upper),
  }
  return evaluate({ ...predicate, literals }, signed) === share ? share : 'some'
}

function rangeOf({ columnId, type, isRequired }: BoundTerm, file: ContentFile): Range {
  const values = file.valueCounts?.get(columnId) ?? null
  const nulls = file.nullValueCounts?.get(columnId) ?? null
  const nans = file.nanValueCounts?.get(columnId) ?? null
  const isFloat = type?.kind === 'float' || type?.kind === 'double'
  const bound = (bytes: Buffer | null | undefined): Value | null =>
    bytes === null || bytes === undefined || type === null ? null : decodeBound(type, bytes)
  const lower = bound(file.lowerBounds?.get(columnId))
  const upper = bound(file.upperBounds?.get(columnId))
  // A bound is NaN only if the writer did not exclude NaN from the bounds, so both bounds are unreliable.
  const isOrdered = ![lower, upper].some((value) => typeof value === 'number' && Number.isNaN(value))
  return {
    ...unknownRange,
    nulls: isRequired || nulls === 0 ? 'none' : nulls !== null && values === nulls ? 'all' : 'some',
    nans: !isFloat || nans === 0 ? 'none' : nans !== null && values === nans ? 'all' : 'some',
    hasNan: isFloat && nans !== null && nans !== 0,
    lower: isOrdered ? lower : null,
    upper: isOrdered ? upper : null,
    // Writers may truncate the bounds of strings and bytes, so equal bounds do not mean that all values are equal.
    isExact: type?.kind !== 'string' && type?.kind !== 'binary' && type?.kind !== 'fixed',
  }
}
