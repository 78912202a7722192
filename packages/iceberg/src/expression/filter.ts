import type { ContentFile, FieldSummary, PartitionValues } from '../manifest/types.ts'
import { conjunction, disjunction } from './bind.ts'
import { evaluatePartition, evaluateSummaries } from './evaluate-partition.ts'
import { evaluateStatistics } from './evaluate-statistics.ts'
import type { BoundExpression, Predicate } from './expression.ts'
import type { BoundPartitionField } from './partition-fields.ts'
import type { Share } from './range.ts'

/**
 * Filter of a scan, with the partition fields of one partition spec. It applies to the files that were written with
 * this spec.
 */
export interface SpecFilter {
  readonly fields: readonly (BoundPartitionField | null)[]
  readonly filter: BoundExpression
}

/**
 * Returns whether a manifest can contain files with rows that match the filter, by the partition summaries in the
 * manifest list.
 */
export function mayMatchManifest(
  { fields, filter }: SpecFilter,
  summaries: readonly FieldSummary[],
): boolean {
  return (
    reduce(
      filter,
      (predicate) => byRequirement(predicate) ?? evaluateSummaries(predicate, fields, summaries),
    ) !== false
  )
}

/**
 * Returns the residual filter of a partition: the conditions that are not already decided by the partition values.
 * True: all rows match. False: no row matches, and the scan excludes the files of the partition.
 */
export function residualFor({ fields, filter }: SpecFilter, partition: PartitionValues): BoundExpression {
  return reduce(
    filter,
    (predicate) => byRequirement(predicate) ?? evaluatePartition(predicate, fields, partition),
  )
}

/** Returns whether a file can contain rows that match a filter, by the column statistics of the file. */
export function mayMatchFile(filter: BoundExpression, file: ContentFile): boolean {
  return reduce(filter, (predicate) => evaluateStatistics(predicate, file)) !== false
}

function byRequirement({ operator, term }: Predicate): Share | null {
  if (term?.isRequired !== true) return null
  return operator === 'is-null' ? 'none' : operator === 'not-null' ? 'all' : null
}

/**
 * Simplifies a filter: replaces each predicate that all rows match by true, and each predicate that no row matches by
 * false.
 */
function reduce(expression: BoundExpression, share: (predicate: Predicate) => Share): BoundExpression {
  if (typeof expression === 'boolean') return expression
  if (expression.kind === 'predicate') {
    const rows = share(expression)
    return rows === 'some' ? expression : rows === 'all'
  }
  const left = reduce(expression.left, share)
  if (left === (expression.kind === 'or')) return left
  const right = reduce(expression.right, share)
  if (left === expression.left && right === expression.right) return expression
  return expression.kind === 'and' ? conjunction(left, right) : disjunction(left, right)
}
