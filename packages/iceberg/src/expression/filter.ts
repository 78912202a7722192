import type { ContentFile, FieldSummary, PartitionValues } from '../manifest/types.ts'
import { conjunction, disjunction } from './bind.ts'
import { evaluatePartition, evaluateSummaries } from './evaluate-partition.ts'
import { evaluateStatistics } from './evaluate-statistics.ts'
import type { BoundExpression, Predicate } from './expression.ts'
import type { BoundPartitionField } from './partition-fields.ts'
import type { Share } from './range.ts'

/** Partition fields of the files of one spec, with the filter of a scan. */
export interface SpecFilter {
  readonly fields: readonly (BoundPartitionField | null)[]
  readonly filter: BoundExpression
}

/** Returns whether the files of a manifest can contain rows that match, by the summaries of its partitions. */
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
 * Returns the part of the filter that rows of a partition must still match. True: all rows match. False: no row
 * matches, so the files of this partition are not a part of the scan.
 */
export function residualFor({ fields, filter }: SpecFilter, partition: PartitionValues): BoundExpression {
  return reduce(
    filter,
    (predicate) => byRequirement(predicate) ?? evaluatePartition(predicate, fields, partition),
  )
}

/** Returns whether a file can contain rows that match a filter, by the statistics of its columns. */
export function mayMatchFile(filter: BoundExpression, file: ContentFile): boolean {
  return reduce(filter, (predicate) => evaluateStatistics(predicate, file)) !== false
}

function byRequirement({ operator, term }: Predicate): Share | null {
  if (term?.isRequired !== true) return null
  return operator === 'is-null' ? 'none' : operator === 'not-null' ? 'all' : null
}

/** Replaces each predicate that all or no rows match by true or false, and simplifies the expression. */
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
