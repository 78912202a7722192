import { compareInt64 } from '@headgate/json'
import type { ContentFile } from '../manifest/types.ts'
import type { BoundTerm, Predicate } from './expression.ts'
import { evaluate, unknownRange, type Range, type Share } from './range.ts'
import { compareValues, decodeBound, signedUuid, type Value } from './value.ts'

/** Returns `none` if no row of a file matches a predicate, by the statistics of its columns. */
export function evaluateStatistics(predicate: Predicate, file: ContentFile): Share {
  const { term } = predicate
  if (compareInt64(file.recordCount, 0) === 0) return 'none'
  if (term === null || term.transform !== null || compareInt64(file.recordCount, 0) < 0) return 'some'
  const range = rangeOf(term, file)
  return evaluateInOrder(predicate, range) === 'none' ? 'none' : 'some'
}

/**
 * Returns how many rows with values in a range match a predicate. Uuids have two orders, and the result is only certain
 * if it is equal for both.
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
  // A bound that is NaN is that of a writer that did not leave NaN out, so both bounds are not reliable.
  const isOrdered = ![lower, upper].some((value) => typeof value === 'number' && Number.isNaN(value))
  return {
    ...unknownRange,
    nulls: isRequired || nulls === 0 ? 'none' : nulls !== null && values === nulls ? 'all' : 'some',
    nans: !isFloat || nans === 0 ? 'none' : nans !== null && values === nans ? 'all' : 'some',
    hasNan: isFloat && nans !== null && nans !== 0,
    lower: isOrdered ? lower : null,
    upper: isOrdered ? upper : null,
    // Bounds of strings and bytes can be truncated, so that equal bounds do not show that all values are equal.
    isExact: type?.kind !== 'string' && type?.kind !== 'binary' && type?.kind !== 'fixed',
  }
}
