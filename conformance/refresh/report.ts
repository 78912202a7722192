import { seconds, textTable } from '../lib/text-table.ts'
import type { CheckResult, Outcome } from './check.ts'
import type { SuiteResult } from './suite.ts'

export type Totals = Readonly<Record<'ok' | 'failed' | 'notApplicable', number>>

export function totalsOf(results: readonly CheckResult[]): Totals {
  const count = (outcome: Outcome): number => results.filter((result) => result.outcome === outcome).length
  return { ok: count('ok'), failed: count('failed'), notApplicable: count('not applicable') }
}

/** A line per check, with what is to be said about it, and the figures. */
export function humanReport({ uri, results }: SuiteResult): string {
  const { ok, failed, notApplicable } = totalsOf(results)
  const rows = results.map(({ name, outcome, about, reason, ms }) => [
    name,
    outcome === 'failed' ? 'FAILED' : outcome,
    seconds(ms),
    reason === '' ? about : `${about}: ${reason}`,
  ])
  return [
    textTable([['check', 'outcome', 'time', 'promise, and what was found'], ...rows]),
    '',
    `${uri}: ${results.length} checks, ${ok} ok, ${failed} failed, ${notApplicable} not applicable`,
  ].join('\n')
}

/** For programs: `{"ok", "uri", "totals": {"ok", "failed", "notApplicable"}, "results": [{"name", "about", "outcome", "reason", "ms"}]}`. */
export function jsonReport({ uri, results }: SuiteResult): string {
  const totals = totalsOf(results)
  return JSON.stringify({ ok: totals.failed === 0, uri, totals, results }, undefined, 2)
}
