import { HeadgateError } from '@headgate/errors'
import { schemaIndex, type Schema } from '@headgate/iceberg/metadata'
import type { PlanTableScanRequest } from '@headgate/iceberg/rest'
import { stringify, type JsonObject } from '@headgate/json'
import type { KeyRing } from '../keys/key-ring.ts'
import { maxFilterLength, openPlanTask, type PlanOwner, sealPlanTask } from './plan-task.ts'
import { maxFilesOfScan } from './planned-files.ts'
import { filesIn, openSource } from './open-source.ts'
import type { PermittedFiles } from './permitted-files.ts'
import type { ScannedTable, SourceDeps } from './scanned-table.ts'
import { defineScan, type ScanDefinition } from './scan.ts'
import { encodeScan } from './scan-text.ts'
import { listTasks, type Position, type ScanTasks, type TaskSource } from './scan-tasks.ts'

export interface PlanningDeps extends SourceDeps {
  readonly ring: KeyRing
  readonly permitted: PermittedFiles
}

/** Table whose scan is planned for a caller. The operation has authorized the caller before. */
export interface PlannedTable extends ScannedTable, PlanOwner {
  /** Whether partitions with null are left out of the tasks. */
  readonly omitsNullPartitions: boolean
  /** Ids of the columns whose statistics the caller may see. Null: all columns. */
  readonly visibleColumns: ReadonlySet<number> | null
}

/**
 * Number of files in the manifests of a scan up to which the response contains the file scan tasks themselves. For a
 * larger scan, it contains only plan tasks.
 */
const maxDirectFiles = 2_000
/** Approximate number of files in the manifests of one plan task, and maximum number of tasks in one response. */
const filesPerTask = 5_000
const maxPlanTasks = 10_000

/** Scan with its tasks. `scan` is null for a table without snapshots. */
export interface PlannedScan {
  readonly scan: ScanDefinition | null
  readonly tasks: PlannedTasks
  /** Maximum number of files of the scan. */
  readonly fileCount: number
}

/** Tasks of a scan: plan tasks, and the JSON texts of file scan tasks and their delete files. */
export interface PlannedTasks extends Pick<ScanTasks, 'deleteFiles'> {
  readonly planTasks: readonly string[]
  /** Null: the response has only plan tasks, or the table has no snapshot. */
  readonly fileTasks: readonly string[] | null
}

/** Returns the JSON text of a response with the members of `ScanTasks` (Iceberg REST specification) after others. */
export function encodeTasks(others: JsonObject, { planTasks, fileTasks, deleteFiles }: PlannedTasks): string {
  const members = [
    stringify(others).slice(1, -1),
    planTasks.length === 0 ? '' : `"plan-tasks":${JSON.stringify(planTasks)}`,
    fileTasks === null ? '' : `"file-scan-tasks":[${fileTasks.join(',')}]`,
    deleteFiles.length === 0 ? '' : `"delete-files":[${deleteFiles.join(',')}]`,
  ]
  return `{${members.filter((text) => text !== '').join(',')}}`
}

const noTasks: PlannedTasks = { planTasks: [], fileTasks: null, deleteFiles: [] }

/**
 * Plans a scan. A plan with few files contains its tasks, and a larger one only plan tasks, with which `fetchTasks`
 * lists the tasks.
 *
 * @throws HeadgateError of `defineScan`, `openScan` and `ManifestFiles`
 */
export async function planScan(
  deps: PlanningDeps,
  table: PlannedTable,
  request: PlanTableScanRequest,
  signal: AbortSignal,
): Promise<PlannedScan> {
  if (stringify(request.filter).length > maxFilterLength)
    throw new HeadgateError(
      'bad-request',
      `The filter is longer than ${maxFilterLength} characters. Send a shorter one, and apply the complete filter to the rows.`,
    )
  const definition = defineScan(table.metadata, request, (schema) => columnIds(schema, request))
  if (definition === null) return { scan: null, tasks: noTasks, fileCount: 0 }
  const source = await openPermitted(deps, table, definition, signal)
  const { manifests } = source
  const counts = manifests.map(filesIn)
  const total = counts.reduce((sum, count) => sum + count, 0)
  const planned = { scan: definition, fileCount: Math.min(total, source.permitted?.size ?? total) }
  if (total <= maxDirectFiles) {
    const listed = await listTasks(source, table, start, manifests.length, filesPerTask)
    return { ...planned, tasks: toTasks(deps, table, definition, manifests.length, listed) }
  }
  const planTasks = groupManifests(counts).map(([from, end]) =>
    sealPlanTask(deps.ring, table, { scan: definition, from: { manifest: from, entry: 0 }, end }),
  )
  return { ...planned, tasks: { ...noTasks, planTasks } }
}

/** Maximum length of the text of a scan in a plan id, so that the id stays short. */
const maxPlanTextLength = 400

/**
 * Returns the text that identifies the files of a plan, for a credential that is limited to them. Returns null for a
 * plan without files, and for one with more files than can be checked.
 */
export function planText({ scan, fileCount }: PlannedScan): string | null {
  return scan === null || fileCount > maxFilesOfScan ? null : encodeScan(scan, maxPlanTextLength)
}

/**
 * Returns the file scan tasks of a plan task. If they are too many for one response, the response contains a plan task
 * for the rest.
 *
 * @throws HeadgateError `no-such-plan-task`, and errors of `ManifestFiles`
 */
export async function fetchTasks(
  deps: PlanningDeps,
  table: PlannedTable,
  planTask: string,
  signal: AbortSignal,
): Promise<PlannedTasks> {
  const { scan, from, end } = await openPlanTask(deps.ring, table, planTask)
  const source = await openPermitted(deps, table, scan, signal)
  return toTasks(deps, table, scan, end, await listTasks(source, table, from, end, filesPerTask))
}

/** Opens a scan whose files are limited to those that the caller may read. */
async function openPermitted(
  deps: PlanningDeps,
  table: PlannedTable,
  scan: ScanDefinition,
  signal: AbortSignal,
): Promise<TaskSource> {
  const source = await openSource(deps, table, scan, signal)
  if (table.rows === null) return source
  if (scan.after !== null)
    throw new HeadgateError(
      'forbidden',
      'A grant that is restricted to some rows permits no incremental scans. Scan a snapshot.',
    )
  // The manifests do not depend on the filter of the scan: otherwise, the number of plan tasks would reveal partitions of
  // other rows.
  const { locations, manifests } = await deps.permitted.get(table, scan.snapshotId, table.rows)
  return { ...source, manifests, permitted: locations }
}

const start: Position = { manifest: 0, entry: 0 }

function toTasks(
  { ring }: PlanningDeps,
  owner: PlanOwner,
  scan: ScanDefinition,
  end: number,
  { next, ...tasks }: ScanTasks,
): PlannedTasks {
  return { ...tasks, planTasks: next === null ? [] : [sealPlanTask(ring, owner, { scan, from: next, end })] }
}

/** Groups consecutive manifests, with about the same number of files in each group. */
function groupManifests(counts: readonly number[]): readonly (readonly [from: number, end: number])[] {
  const minimum = Math.ceil(counts.length / maxPlanTasks)
  const groups: [number, number][] = []
  let from = 0
  let files = 0
  for (const [index, count] of counts.entries()) {
    files += count
    if (files < filesPerTask && index < counts.length - 1) continue
    if (index + 1 - from < minimum && index < counts.length - 1) continue
    groups.push([from, index + 1])
    from = index + 1
    files = 0
  }
  return groups
}

/** Returns the ids of the columns whose statistics a request names. Unknown names are ignored, as in Java. */
function columnIds(schema: Schema, { statsFields, caseSensitive }: PlanTableScanRequest): readonly number[] {
  const wanted = new Set(caseSensitive ? statsFields : statsFields.map((name) => name.toLowerCase()))
  const found = [...schemaIndex(schema).byName].filter(([name]) =>
    wanted.has(caseSensitive ? name : name.toLowerCase()),
  )
  return [...new Set(found.map(([, field]) => field.id))].toSorted((a, b) => a - b)
}
