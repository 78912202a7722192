import { countOutcomes, resultCells, resultHead } from '../lib/check-report.ts'
import { textTable } from '../lib/text-table.ts'
import type { CheckResult } from './check.ts'
import type { SuiteResult } from './suite.ts'

export type Totals = Readonly<Record<'ok' | 'failed' | 'notApplicable', number>>

export function sumTotals(results: readonly CheckResult[]): Totals {
  return {
    ok: countOutcomes(results, 'ok'),
    failed: countOutcomes(results, 'failed'),
    notApplicable: countOutcomes(results, 'not applicable'),
  }
}

/** Formats a report for people: a line with the outcome and remark of each check, and the totals. */
export function humanReport({ uri, results }: SuiteResult): string {
  const { ok, failed, notApplicable } = sumTotals(results)
  const rows = results.map((result) => [result.name, ...resultCells(result)])
  return [
    textTable([['check', ...resultHead], ...rows]),
    '',
    `${uri}: ${results.length} checks, ${ok} ok, ${failed} failed, ${notApplicable} not applicable`,
  ].join('\n')
}

/**
 * Formats the report as JSON: `{"ok", "uri", "totals": {"ok", "failed", "notApplicable"}, "results": [{"name",
 * "about", "outcome", "reason", "ms"}]}`.
 */
export function jsonReport({ uri, results }: SuiteResult): string {
  const totals = sumTotals(results)
  return JSON.stringify({ ok: totals.failed === 0, uri, totals, results }, undefined, 2)
}
