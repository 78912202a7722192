import { mapBounded } from '../map-bounded.ts'
import { type PlannedChange, type PlannedItem, stages } from '../plan/planned-item.ts'

/** State of a change in a run. */
export type ChangeState = 'planned' | 'done' | 'failed'

/** Result of a run: the state of each change, and the failed change. */
export interface Run {
  readonly states: ReadonlyMap<PlannedChange, ChangeState>
  /** Failed change that ended the run, with its error, or undefined if all changes were made. */
  readonly failure:
    { readonly item: PlannedItem; readonly change: PlannedChange; readonly error: unknown } | undefined
}

interface Step {
  readonly item: PlannedItem
  readonly change: PlannedChange
}

/**
 * Maximum number of simultaneous changes. More would be no faster, because the server makes changes of principals,
 * roles and grants one after another.
 */
const maxParallel = 4

/**
 * Makes the changes of a plan, stage by stage. After a change has failed, starts no other change.
 *
 * @param onProgress called after each change with the number of changes that were made
 */
export async function runPlan(
  items: readonly PlannedItem[],
  onProgress: (made: number) => void,
): Promise<Run> {
  const states = new Map<PlannedChange, ChangeState>()
  const steps = items.flatMap((item) => item.changes.map((change) => ({ item, change })))
  for (const { change } of steps) states.set(change, 'planned')
  let failure: Run['failure']
  let made = 0
  for (const group of inOrder(steps)) {
    await mapBounded(group, maxParallel, async ({ item, change }) => {
      try {
        await change.send()
        states.set(change, 'done')
        onProgress((made += 1))
      } catch (error) {
        states.set(change, 'failed')
        failure ??= { item, change, error }
        throw error
      }
    }).catch(() => undefined)
    if (failure !== undefined) break
  }
  return { states, failure }
}

/**
 * Splits the changes into groups that are made one after another. The changes of one group do not depend on each
 * other, so they are made simultaneously.
 */
function inOrder(steps: readonly Step[]): readonly (readonly Step[])[] {
  const groups = Map.groupBy(
    steps,
    ({ change: { stage, depth = 0 } }) => stages.indexOf(stage) * 1_000 + depth,
  )
  return [...groups].toSorted(([one], [other]) => one - other).map(([, group]) => group)
}
