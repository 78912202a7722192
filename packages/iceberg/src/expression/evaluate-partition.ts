import type { FieldSummary, PartitionValue, PartitionValues } from '../manifest/types.ts'
import type { Primitive } from '../metadata/schema/primitive.ts'
import type { Predicate } from './expression.ts'
import { evaluateInOrder } from './evaluate-statistics.ts'
import type { BoundPartitionField } from './partition-fields.ts'
import { evaluate, unknownRange, type Range, type Share } from './range.ts'
import { bucketCount, bucketOf, sourceRange } from './transform.ts'
import { decodeBound, unscaled, type Value } from './value.ts'

/** Returns whether all, some or no rows of a file match a predicate. Uses the partition values of the file. */
export function evaluatePartition(
  predicate: Predicate,
  fields: readonly (BoundPartitionField | null)[],
  partition: PartitionValues,
): Share {
  return evaluateFields(predicate, fields, (field) => {
    const index = partition.fieldIds.indexOf(field.fieldId)
    return index < 0 ? null : rangeOfValue(field.type, partition.values[index] ?? null)
  })
}

/**
 * Returns whether all, some or no rows in the files of a manifest match a predicate. Uses the partition summaries in
 * the manifest list.
 */
export function evaluateSummaries(
  predicate: Predicate,
  fields: readonly (BoundPartitionField | null)[],
  summaries: readonly FieldSummary[],
): Share {
  // Summaries are in the order of the fields in the partition spec.
  return evaluateFields(predicate, fields, (field, index) => {
    const summary = summaries[index]
    return summary === undefined ? null : rangeOfSummary(field.type, summary)
  })
}

function evaluateFields(
  predicate: Predicate,
  fields: readonly (BoundPartitionField | null)[],
  rangeOf: (field: BoundPartitionField, index: number) => Range | null,
): Share {
  const { term } = predicate
  if (term === null) return 'some'
  for (const [index, field] of fields.entries()) {
    if (field?.sourceId !== term.columnId) continue
    const range = rangeOf(field, index)
    const share = range === null ? 'some' : evaluateField(predicate, field, range)
    if (share !== 'some') return share
  }
  return 'some'
}

function evaluateField(predicate: Predicate, field: BoundPartitionField, range: Range): Share {
  const { operator, literals, term } = predicate
  if (term?.transform === field.transform) return evaluateInOrder(predicate, range)
  if (term === null || term.transform !== null) return 'some'
  // Engines differ on whether null is less than every other value, so the result is uncertain.
  if (range.isExact && range.nulls === 'all' && (operator === 'lt' || operator === 'lt-eq')) return 'some'
  const buckets = bucketCount(field.transform)
  if (buckets === null)
    return evaluateInOrder(predicate, sourceRange(field.transform, field.sourceType, range))
  if (operator === 'is-null' || operator === 'not-null') return evaluate(predicate, range)
  const isNegated = operator === 'not-eq' || operator === 'not-in'
  if (!isNegated && operator !== 'eq' && operator !== 'in') return 'some'
  const found = literals.map((literal) => bucketOf(field.sourceType, literal, buckets))
  if (found.includes(null)) return 'some'
  const wanted = found.filter((bucket) => bucket !== null).toSorted((a, b) => a - b)
  if (evaluate({ operator: 'in', literals: wanted }, range) !== 'none') return 'some'
  return isNegated ? 'all' : 'none'
}

function rangeOfValue(type: Primitive, encoded: PartitionValue): Range | null {
  const nothing = { hasNan: false, lower: null, upper: null, isUpperPrefix: false, isExact: true }
  if (encoded === null) return { ...nothing, nulls: 'all', nans: 'none' }
  const value = toValue(type, encoded)
  if (value === null) return null
  if (typeof value === 'number' && Number.isNaN(value))
    return { ...nothing, nulls: 'none', nans: 'all', hasNan: true }
  return { ...nothing, nulls: 'none', nans: 'none', lower: value, upper: value }
}

/**
 * Converts an encoded partition value to a comparable value. Returns null if the encoded value has the wrong type.
 */
export function toValue({ kind }: Primitive, encoded: NonNullable<PartitionValue>): Value | null {
  if (!Buffer.isBuffer(encoded)) return encoded
  switch (kind) {
    case 'decimal':
      return encoded.length === 0 || encoded.length > 16 ? null : unscaled(encoded)
    case 'uuid':
    case 'fixed':
    case 'binary':
      return encoded
    default:
      return null
  }
}

function rangeOfSummary(type: Primitive, { containsNull, containsNan, lower, upper }: FieldSummary): Range {
  const isFloat = type.kind === 'float' || type.kind === 'double'
  const hasNans = isFloat && containsNan !== false
  // The writer omits the bounds if all values are null or NaN.
  if (lower === null && containsNull && !hasNans) return { ...unknownRange, nulls: 'all', nans: 'none' }
  if (lower === null && !containsNull && isFloat && containsNan === true)
    return { ...unknownRange, nulls: 'none', nans: 'all', hasNan: true }
  const low = lower === null ? null : decodeBound(type, lower)
  const high = upper === null ? null : decodeBound(type, upper)
  const isOrdered = ![low, high].some((bound) => typeof bound === 'number' && Number.isNaN(bound))
  return {
    ...unknownRange,
    nulls: containsNull ? 'some' : 'none',
    nans: hasNans ? 'some' : 'none',
    hasNan: isFloat && containsNan === true,
    lower: isOrdered ? low : null,
    upper: isOrdered ? high : null,
  }
}
