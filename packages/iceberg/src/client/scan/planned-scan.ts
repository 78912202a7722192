import type { TableIdentifier } from '../../rest/identifier.ts'
import type { StorageCredential } from '../credentials/storage-credential.ts'
import {
  planCredentials,
  type StorageCredentials,
  type StorageCredentialsOptions,
} from '../credentials/storage-credentials.ts'
import type { CallOptions, Delegation, Session } from '../session.ts'
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
  /**
   * Creates credentials for the files of this scan, which are renewed by the id of the plan for as long as the server allows.
   *
   * @throws {HeadgateError} unsupported, when the plan has no credentials: use those of the table
   * @example Type-checked only, because it needs a store.
   * ```ts
   * const scan = await catalog.planScan(orders)
   * await using storage = scan.credentials()
   * const s3 = new S3Client(await storage.s3ClientConfig())
   * for await (const { dataFile } of scan) console.log(dataFile['file-path'])
   * ```
   */
  credentials(options?: StorageCredentialsOptions): StorageCredentials
}

type Operations = Omit<ScanOperations, 'planScan'>
type Completed = Extract<ScanPlan, { readonly status: 'completed' }>

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000

/** Requests a plan of a scan, and waits until the plan is complete. */
export async function planScan(
  operations: Operations,
  session: Session,
  identifier: TableIdentifier,
  request: ScanRequest | undefined,
  { planningTimeoutMs = 300_000, ...options }: PlanScanOptions = {},
): Promise<PlannedScan> {
  const { clock } = session
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
  const { storageCredentials, planId: completed } = plan
  return {
    planId: plan.planId,
    storageCredentials,
    credentials: (storageOptions) =>
      planCredentials(session, identifier, { planId: completed, storageCredentials }, storageOptions),
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
