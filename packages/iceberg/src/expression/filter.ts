import type { ContentFile, FieldSummary, PartitionValues } from '../manifest/types.ts'
import { conjunction, disjunction } from './bind.ts'
import { evaluatePartition, evaluateSummaries } from './evaluate-partition.ts'
import { evaluateAllRows, evaluateStatistics } from './evaluate-statistics.ts'
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
 * Returns whether the files of a manifest can contain rows that match, by the summaries of its partitions.
 *
 * @example
 * ```ts
 * mayMatchManifest({ fields: [], filter: false }, []) // false
 * ```
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
 * Returns the part of the filter that rows of a partition must still match. True: all rows match. False: no row
 * matches, so the files of this partition are not a part of the scan.
 *
 * @example
 * ```ts
 * residualFor({ fields: [], filter: true }, { fieldIds: [], values: [] }) // true
 * ```
 */
export function residualFor({ fields, filter }: SpecFilter, partition: PartitionValues): BoundExpression {
  return reduce(
    filter,
    (predicate) => byRequirement(predicate) ?? evaluatePartition(predicate, fields, partition),
  )
}

/**
 * Returns whether a file can contain rows that match a filter, by the statistics of its columns.
 *
 * @example Type-checked only, because it needs a manifest.
 * ```ts
 * const fields = [{ id: 1, name: 'id', type: 'long', required: true }] as const
 * const schema = { type: 'struct', 'schema-id': 0, fields } as const
 * const filter = bindExpression(schema, { type: 'eq', term: 'id', value: 7 }, { caseSensitive: true })
 * for await (const entries of readManifest(chunks))
 *   for (const { file } of entries) if (mayMatchFile(filter, file)) console.log(file.path)
 * ```
 */
export function mayMatchFile(filter: BoundExpression, file: ContentFile): boolean {
  return reduce(filter, (predicate) => evaluateStatistics(predicate, file)) !== false
}

/**
 * Returns whether all rows of a file certainly match a filter, by the statistics of its columns. Null matches negated
 * comparisons, as in Iceberg.
 *
 * @example Type-checked only, because it needs a manifest.
 * ```ts
 * const fields = [{ id: 1, name: 'id', type: 'long', required: true }] as const
 * const schema = { type: 'struct', 'schema-id': 0, fields } as const
 * const filter = bindExpression(schema, { type: 'eq', term: 'id', value: 7 }, { caseSensitive: true })
 * for await (const entries of readManifest(chunks))
 *   for (const { file } of entries) if (matchesWholeFile(filter, file)) console.log(file.path)
 * ```
 */
export function matchesWholeFile(filter: BoundExpression, file: ContentFile): boolean {
  return reduce(filter, (predicate) => evaluateAllRows(predicate, file)) === true
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
