import { request } from './request.ts'

/** File of a scan (Iceberg REST specification, `DataFile` and `DeleteFile`). */
export interface PlannedFile {
  readonly content: string
  readonly 'file-path': string
  readonly 'file-format': string
  readonly 'file-size-in-bytes': number
  readonly 'record-count': number
  readonly 'spec-id': number
  readonly partition?: readonly unknown[]
}

export interface FileTask {
  readonly 'data-file': PlannedFile
  readonly 'delete-file-references'?: readonly number[]
}

interface ScanTasks {
  readonly 'plan-tasks'?: readonly string[]
  readonly 'file-scan-tasks'?: readonly FileTask[]
  readonly 'delete-files'?: readonly PlannedFile[]
}

/** Data file with the delete files that apply to it. */
export interface ScannedFile {
  readonly file: PlannedFile
  readonly deletes: readonly PlannedFile[]
}

/** Files of a scan that are known, and the plan tasks with the others. */
export interface ScanPlan {
  readonly files: readonly ScannedFile[]
  readonly rest: readonly string[]
}

/** Snapshot that is scanned, or the snapshots whose appended files are scanned. */
export type ScanRange =
  | { readonly snapshot: string | number }
  | { readonly after: string | number; readonly until: string | number }
  | null

/**
 * Plans a scan at the server.
 *
 * @param table path of the table in the catalog API
 * @throws ApiError
 */
export async function planScan(table: string, range: ScanRange): Promise<ScanPlan> {
  return toPlan(await request<ScanTasks>(`${table}/plan`, { method: 'POST', body: toBody(range) }))
}

/** Loads the files of the next plan task. */
export async function loadMore(table: string, plan: ScanPlan): Promise<ScanPlan> {
  const [task, ...others] = plan.rest
  if (task === undefined) return plan
  const body = { 'plan-task': task }
  const more = toPlan(await request<ScanTasks>(`${table}/tasks`, { method: 'POST', body }))
  return { files: [...plan.files, ...more.files], rest: [...more.rest, ...others] }
}

function toPlan(tasks: ScanTasks): ScanPlan {
  const deletes = tasks['delete-files'] ?? []
  const files = (tasks['file-scan-tasks'] ?? []).map((task) => ({
    file: task['data-file'],
    deletes: (task['delete-file-references'] ?? []).flatMap((index) => deletes[index] ?? []),
  }))
  return { files, rest: tasks['plan-tasks'] ?? [] }
}

function toBody(range: ScanRange): unknown {
  if (range === null) return {}
  if ('snapshot' in range) return { 'snapshot-id': toInt64(range.snapshot) }
  return { 'start-snapshot-id': toInt64(range.after), 'end-snapshot-id': toInt64(range.until) }
}

/** Returns a value that is written into JSON as an integer. Ids that numbers cannot represent are texts. */
function toInt64(id: string | number): unknown {
  const { rawJSON } = JSON as typeof JSON & { rawJSON(text: string): unknown }
  return typeof id === 'number' ? id : rawJSON(id)
}
