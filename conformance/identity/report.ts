import { countOf, resultCells, resultHead } from '../lib/check-report.ts'
import { textTable } from '../lib/text-table.ts'
import type { CheckResult } from './check.ts'
import { rows, type SuiteResult } from './suite.ts'

export type Totals = Readonly<Record<'ok' | 'failed' | 'notOffered' | 'notChecked', number>>

export function totalsOf(results: readonly CheckResult[]): Totals {
  return {
    ok: countOf(results, 'ok'),
    failed: countOf(results, 'failed'),
    notOffered: countOf(results, 'not offered'),
    notChecked: countOf(results, 'not checked'),
  }
}

/** A line per check under its row, with what is to be said about it, and the figures. */
export function humanReport({ uri, results }: SuiteResult): string {
  const { ok, failed, notOffered, notChecked } = totalsOf(results)
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

/** For programs: `{"ok", "uri", "totals", "results": [{"row", "name", "about", "outcome", "reason", "ms"}]}`. */
export function jsonReport({ uri, results }: SuiteResult): string {
  const totals = totalsOf(results)
  return JSON.stringify({ ok: totals.failed === 0 && totals.ok > 0, uri, totals, results }, undefined, 2)
}
