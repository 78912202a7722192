import { countOutcomes, resultCells, resultHead } from '../lib/check-report.ts'
import { textTable } from '../lib/text-table.ts'
import type { CheckResult } from './check.ts'
import { rows, type SuiteResult } from './suite.ts'

export type Totals = Readonly<Record<'ok' | 'failed' | 'notOffered' | 'notChecked', number>>

export function sumTotals(results: readonly CheckResult[]): Totals {
  return {
    ok: countOutcomes(results, 'ok'),
    failed: countOutcomes(results, 'failed'),
    notOffered: countOutcomes(results, 'not offered'),
    notChecked: countOutcomes(results, 'not checked'),
  }
}

/**
 * Formats a report for people: a line with the outcome and the remark of each check, grouped by row of the feature
 * table, and the totals.
 */
export function humanReport({ uri, results }: SuiteResult): string {
  const { ok, failed, notOffered, notChecked } = sumTotals(results)
  const lines = results.map((result) => {
    const { row, name } = result
    return [`${row} ${rows[row] ?? ''}`, name, ...resultCells(result)]
  })
  const covered = new Set(results.filter(({ outcome }) => outcome === 'ok').map(({ row }) => row)).size
  return [
    textTable([['row', 'check', ...resultHead], ...lines]),
    '',
    `${uri}: ${results.length} checks of ${Object.keys(rows).length} rows, ${ok} ok (${covered} rows), ${failed} failed, ${notOffered} not offered, ${notChecked} not checked`,
  ].join('\n')
}

/**
 * Formats the report as JSON: `{"ok", "uri", "totals", "results": [{"row", "name", "about", "outcome", "reason",
 * "ms"}]}`.
 */
export function jsonReport({ uri, results }: SuiteResult): string {
  const totals = sumTotals(results)
  return JSON.stringify({ ok: totals.failed === 0 && totals.ok > 0, uri, totals, results }, undefined, 2)
}
