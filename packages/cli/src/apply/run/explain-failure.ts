import { CliError } from '../../cli-error.ts'
import type { PlannedChange } from '../plan/planned-item.ts'
import type { ChangeState, Run } from './run-plan.ts'

/**
 * Returns the error of a run of `headgate apply` that a failed change ended. It names this change, and the number of
 * changes that were made.
 */
export function explainFailure(
  { item, change, error }: NonNullable<Run['failure']>,
  states: ReadonlyMap<PlannedChange, ChangeState>,
): unknown {
  if (!(error instanceof CliError)) return error
  const count = (wanted: ChangeState): number =>
    [...states.values()].filter((state) => state === wanted).length
  const counts = `${count('done')} changes were made, and ${count('planned')} were not tried.`
  const advice = `${counts} Run the same command again for the remaining changes; --dry-run shows them.`
  return error
    .withMessage(`${item.kind} ${item.name}, ${change.text}: ${error.message}`)
    .withNext(error.next === undefined ? advice : `${error.next}\n${advice}`)
}
