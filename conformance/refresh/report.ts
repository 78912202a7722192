import { countOf, resultCells, resultHead } from '../lib/check-report.ts'
import { textTable } from '../lib/text-table.ts'
import type { CheckResult } from './check.ts'
import type { SuiteResult } from './suite.ts'

export type Totals = Readonly<Record<'ok' | 'failed' | 'notApplicable', number>>

export function totalsOf(results: readonly CheckResult[]): Totals {
  return {
    ok: countOf(results, 'ok'),
    failed: countOf(results, 'failed'),
    notApplicable: countOf(results, 'not applicable'),
  }
}

/** A line per check, with what is to be said about it, and the figures. */
export function humanReport({ uri, results }: SuiteResult): string {
  const { ok, failed, notApplicable } = totalsOf(results)
  const rows = results.map((result) => [result.name, ...resultCells(result)])
  return [
    textTable([['check', ...resultHead], ...rows]),
    '',
    `${uri}: ${results.length} checks, ${ok} ok, ${failed} failed, ${notApplicable} not applicable`,
  ].join('\n')
}

/** For programs: `{"ok", "uri", "totals": {"ok", "failed", "notApplicable"}, "results": [{"name", "about", "outcome", "reason", "ms"}]}`. */
export function jsonReport({ uri, results }: SuiteResult): string {
  const totals = totalsOf(results)
  return JSON.stringify({ ok: totals.failed === 0, uri, totals, results }, undefined, 2)
}
