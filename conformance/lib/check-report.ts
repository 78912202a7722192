import type { CheckResult } from './run-checks.ts'
import { seconds } from './text-table.ts'

export function countOutcomes<Outcome extends string>(
  results: readonly { readonly outcome: Outcome }[],
  outcome: Outcome,
): number {
  return results.filter((result) => result.outcome === outcome).length
}

/** Column headings of a report of checks. */
export const resultHead: readonly string[] = ['outcome', 'time', 'promise, and what was found']

/** Returns the last cells of a check's row in a report: outcome, duration, and a remark. */
export function resultCells({ outcome, ms, about, reason }: CheckResult<string>): readonly string[] {
  return [
    outcome === 'failed' ? 'FAILED' : outcome,
    seconds(ms),
    reason === '' ? about : `${about}: ${reason}`,
  ]
}
