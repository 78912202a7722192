import type { TableIdentifier } from '../../rest/identifier.ts'
import type { Clock } from '../clock.ts'
import type { StorageCredential } from '../credentials/storage-credential.ts'
import type { CallOptions, Delegation } from '../session.ts'
import { ScanPlanningError } from './scan-planning-error.ts'
import type { FileScanTask } from './scan-tasks.ts'
import type { ScanOperations, ScanPlan, ScanRequest } from './scans.ts'

export interface PlanScanOptions extends CallOptions, Delegation {
  /** Time limit for the server to plan the scan, in ms. Default: 5 minutes. */
  readonly planningTimeoutMs?: number | undefined
}

/** A scan whose plan is complete. Callers can iterate over its files once. */
export interface PlannedScan extends AsyncIterable<FileScanTask> {
  /** Id of the plan, which callers can pass to `loadCredentials`. Null: the server assigned no id. */
  readonly planId: string | null
  /**
   * Credentials for the files of this scan. If the list is empty, use the credentials of the table. Contains secrets.
   */
  readonly storageCredentials: readonly StorageCredential[]
}

type Operations = Omit<ScanOperations, 'planScan'>
type Completed = Extract<ScanPlan, { readonly status: 'completed' }>

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000

/** Requests a plan of a scan, and waits until the plan is complete. */
export async function planScan(
  operations: Operations,
  clock: Clock,
  identifier: TableIdentifier,
  request: ScanRequest | undefined,
  { planningTimeoutMs = 300_000, ...options }: PlanScanOptions = {},
): Promise<PlannedScan> {
  const until = clock.now() + planningTimeoutMs
  let plan = await operations.planTableScan(identifier, request, options)
  const { planId } = plan
  const cancel = async (): Promise<void> => {
    // A failed cancellation is ignored, because the plan expires on the server.
    if (planId !== null) await operations.cancelPlanning(identifier, planId).catch(() => undefined)
  }
  for (
    let pause = FIRST_PAUSE_MS;
    plan.status === 'submitted';
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
  ) {
    try {
      if (clock.now() + pause > until)
        throw new ScanPlanningError(
          `The server did not plan the scan within ${planningTimeoutMs} ms: increase planningTimeoutMs`,
          null,
        )
      await clock.sleep(pause, options.signal)
      plan = await operations.fetchPlanningResult(identifier, planId ?? '', options)
    } catch (error) {
      await cancel()
      throw error
    }
  }
  if (plan.status === 'failed') throw new ScanPlanningError(plan.error.message, plan.error.type)
  if (plan.status !== 'completed')
    throw new ScanPlanningError('The plan of the scan was cancelled: call planScan again', null)
  const { storageCredentials } = plan
  return {
    planId: plan.planId,
    storageCredentials,
    [Symbol.asyncIterator]: () => filesOf(operations, identifier, plan, cancel, options),
  }
}

async function* filesOf(
  operations: Operations,
  identifier: TableIdentifier,
  plan: Completed,
  cancel: () => Promise<void>,
  options: CallOptions,
): AsyncGenerator<FileScanTask, void, undefined> {
  let complete = false
  try {
    yield* plan.fileScanTasks
    const open = [...plan.planTasks]
    const seen = new Set(open)
    for (let task = open.shift(); task !== undefined; task = open.shift()) {
      const { fileScanTasks, planTasks } = await operations.fetchScanTasks(identifier, task, options)
      // Skips plan tasks that were fetched before. Otherwise two tasks that return each other would make the iteration
      // endless.
      const more = planTasks.filter((each) => !seen.has(each))
      for (const each of more) seen.add(each)
      open.push(...more)
      yield* fileScanTasks
    }
    complete = true
  } finally {
    if (!complete) await cancel()
  }
}
