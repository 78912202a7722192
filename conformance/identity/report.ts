import { seconds, textTable } from '../lib/text-table.ts'
import type { CheckResult, Outcome } from './check.ts'
import { rows, type SuiteResult } from './suite.ts'

export type Totals = Readonly<Record<'ok' | 'failed' | 'notOffered' | 'notChecked', number>>

export function totalsOf(results: readonly CheckResult[]): Totals {
  const count = (outcome: Outcome): number => results.filter((result) => result.outcome === outcome).length
  return {
    ok: count('ok'),
    failed: count('failed'),
    notOffered: count('not offered'),
    notChecked: count('not checked'),
  }
}

/** A line per check under its row, with what is to be said about it, and the figures. */
export function humanReport({ uri, results }: SuiteResult): string {
  const { ok, failed, notOffered, notChecked } = totalsOf(results)
  const lines = results.map(({ row, name, outcome, about, reason, ms }) => [
    `${row} ${rows[row] ?? ''}`,
    name,
    outcome === 'failed' ? 'FAILED' : outcome,
    seconds(ms),
    reason === '' ? about : `${about}: ${reason}`,
  ])
  const covered = new Set(results.filter(({ outcome }) => outcome === 'ok').map(({ row }) => row)).size
  return [
    textTable([['row', 'check', 'outcome', 'time', 'promise, and what was found'], ...lines]),
    '',
    `${uri}: ${results.length} checks of ${Object.keys(rows).length} rows, ${ok} ok (${covered} rows), ${failed} failed, ${notOffered} not offered, ${notChecked} not checked`,
  ].join('\n')
}

/** For programs: `{"ok", "uri", "totals", "results": [{"row", "name", "about", "outcome", "reason", "ms"}]}`. */
export function jsonReport({ uri, results }: SuiteResult): string {
  const totals = totalsOf(results)
  return JSON.stringify({ ok: totals.failed === 0 && totals.ok > 0, uri, totals, results }, undefined, 2)
}
