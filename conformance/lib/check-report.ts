import type { CheckResult } from './run-checks.ts'
import { seconds } from './text-table.ts'

export function countOf<Outcome extends string>(
  results: readonly { readonly outcome: Outcome }[],
  outcome: Outcome,
): number {
  return results.filter((result) => result.outcome === outcome).length
}

/** What stands over the cells of a result. */
export const resultHead: readonly string[] = ['outcome', 'time', 'promise, and what was found']

/** The end of a line about a check: how it ended, how long it took, and what is to be said about it. */
export function resultCells({ outcome, ms, about, reason }: CheckResult<string>): readonly string[] {
  return [
    outcome === 'failed' ? 'FAILED' : outcome,
    seconds(ms),
    reason === '' ? about : `${about}: ${reason}`,
  ]
}
