import type { TableIdentifier } from '@headgate/iceberg/client'
import type { PlannedPlace } from './target-access.ts'
import type { RelationKind } from './relation-state.ts'

/**
 * Result of the import of one table or view.
 *
 * - `new`: a dry run would register it
 * - `registered`: this run registered it
 * - `present`: it was registered before, with the same metadata file
 * - `newer`: it was registered before, and the target has later commits
 * - `conflict`: the target has another table or view, or another state, under this name
 * - `failed`: a catalog refused it
 * - `gone`: it was dropped at the source during the run
 */
export type ImportStatus = 'new' | 'registered' | 'present' | 'newer' | 'conflict' | 'failed' | 'gone'

export interface ImportResult {
  readonly kind: RelationKind
  readonly identifier: TableIdentifier
  readonly status: ImportStatus
  /** Whether this run dropped the table or view in the source catalog. */
  readonly moved: boolean
  /** Reason of a conflict or failure, in a sentence. */
  readonly reason?: string
  /** Next step for the user, in a sentence. */
  readonly next?: string
  /** Whether the target would accept the files. Set only in a dry run. */
  readonly place?: PlannedPlace
}

/** Namespace whose tables and views the import could not read or create. */
export interface NamespaceProblem {
  readonly namespace: readonly string[]
  readonly reason: string
}

/** Number of tables (or views) for each result, and the number of those that were dropped in the source catalog. */
export type ImportCounts = Readonly<Record<ImportStatus, number>> & { readonly moved: number }

/** All results of one run of an import. */
export interface ImportResults {
  readonly tables: ImportCounts
  readonly views: ImportCounts
  /** Number of tables and views that the source catalog has listed so far. */
  readonly found: number
  /** Number of tables and views whose import has ended. */
  readonly done: number
  readonly namespaces: { readonly created: number; readonly existing: number }
  /** Results of the tables and views whose import failed or had a conflict. */
  readonly problems: readonly ImportResult[]
  readonly namespaceProblems: readonly NamespaceProblem[]
  /** Tables and views that a dry run would register. Empty unless the run is a dry run. */
  readonly plan: readonly ImportResult[]
}

/** Returns the number of tables that both catalogs have, or would have after a dry run. */
export function countInBoth({ tables }: Pick<ImportResults, 'tables'>): number {
  return tables.new + tables.registered + tables.present + tables.newer - tables.moved
}

/** Collects the results of one run of an import. */
export class ResultCollector implements ImportResults {
  readonly tables: Mutable<ImportCounts> = noCounts()
  readonly views: Mutable<ImportCounts> = noCounts()
  readonly namespaces: Mutable<ImportResults['namespaces']> = { created: 0, existing: 0 }
  readonly problems: ImportResult[] = []
  readonly namespaceProblems: NamespaceProblem[] = []
  readonly plan: ImportResult[] = []
  found = 0
  done = 0

  add(result: ImportResult): void {
    const counts = result.kind === 'table' ? this.tables : this.views
    counts[result.status]++
    if (result.moved) counts.moved++
    this.done++
    if (result.status === 'conflict' || result.status === 'failed') this.problems.push(result)
    if (result.place !== undefined) this.plan.push(result)
  }
}

type Mutable<Value> = { -readonly [Key in keyof Value]: Value[Key] }

const noCounts = (): Mutable<ImportCounts> => ({
  new: 0,
  registered: 0,
  present: 0,
  newer: 0,
  conflict: 0,
  failed: 0,
  gone: 0,
  moved: 0,
})
