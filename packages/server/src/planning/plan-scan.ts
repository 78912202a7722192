import { HeadgateError } from '@headgate/errors'
import { schemaIndex, type Schema, type TableMetadata } from '@headgate/iceberg/metadata'
import type { PlanTableScanRequest } from '@headgate/iceberg/rest'
import { stringify, type JsonObject } from '@headgate/json'
import type { KeyRing } from '../keys/key-ring.ts'
import type { LoopTurns } from '../concurrency/loop-turns.ts'
import { DeleteIndex } from './delete-index.ts'
import type { ManifestFiles, OpenFile } from './manifest-files.ts'
import { maxFilterLength, openPlanTask, type PlanOwner, sealPlanTask } from './plan-task.ts'
import { defineScan, openScan, type ScanDefinition } from './scan.ts'
import { listTasks, type Position, type ScanTasks, type TaskSource } from './scan-tasks.ts'
import { selectManifests, specFilters } from './select-manifests.ts'

export interface PlanningDeps {
  readonly ring: KeyRing
  readonly manifests: ManifestFiles
  readonly turns: LoopTurns
}

/** Table whose scan is planned. The operation has authorized the caller before. */
export interface PlannedTable {
  readonly owner: PlanOwner
  readonly metadata: TableMetadata
  readonly open: OpenFile
  /** True: the tasks omit partitions that contain null, for clients that cannot decode them. */
  readonly omitsNullPartitions: boolean
}

/**
 * Maximum number of files in the manifests of a scan. For a larger scan, the response contains plan tasks and no file
 * tasks.
 */
const maxDirectFiles = 2_000
/** Approximate number of files in the manifests of one plan task, and maximum number of tasks in one response. */
const filesPerTask = 5_000
const maxPlanTasks = 10_000

/** Tasks of a scan in the form of the specification (`ScanTasks`). */
export interface PlannedTasks extends JsonObject {
  readonly 'plan-tasks'?: readonly string[]
  readonly 'file-scan-tasks'?: readonly JsonObject[]
  readonly 'delete-files'?: readonly JsonObject[]
}

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
): Promise<PlannedTasks> {
  if (stringify(request.filter).length > maxFilterLength)
    throw new HeadgateError(
      'bad-request',
      `The filter is longer than ${maxFilterLength} characters. Send a shorter one, and apply the complete filter to the rows.`,
    )
  const definition = defineScan(table.metadata, request, (schema) => columnIds(schema, request))
  if (definition === null) return {}
  const source = await openSource(deps, table, definition, signal)
  const { manifests } = source
  const counts = manifests.map(({ addedFiles, existingFiles }) =>
    addedFiles === null || existingFiles === null ? filesPerTask : addedFiles + existingFiles,
  )
  if (counts.reduce((sum, count) => sum + count, 0) <= maxDirectFiles)
    return encodeTasks(
      deps,
      table,
      definition,
      manifests.length,
      await listTasks(source, start, manifests.length, filesPerTask),
    )
  const ranges = groupManifests(counts)
  return {
    'plan-tasks': ranges.map(([from, end]) =>
      sealPlanTask(deps.ring, table.owner, { scan: definition, from: { manifest: from, entry: 0 }, end }),
    ),
  }
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
  const { scan, from, end } = await openPlanTask(deps.ring, table.owner, planTask)
  const source = await openSource(deps, table, scan, signal)
  return encodeTasks(deps, table, scan, end, await listTasks(source, from, end, filesPerTask))
}

const start: Position = { manifest: 0, entry: 0 }

/** Reads the manifest lists and the delete files of a scan. */
async function openSource(
  { manifests, turns }: PlanningDeps,
  { owner, metadata, open, omitsNullPartitions }: PlannedTable,
  definition: ScanDefinition,
  signal: AbortSignal,
): Promise<TaskSource> {
  const scan = openScan(metadata, definition)
  const filters = specFilters(scan)
  const table = owner.relationId
  const lists = await Promise.all(
    scan.snapshots.map((snapshot) => {
      const list = snapshot['manifest-list']
      if (list === undefined)
        throw new HeadgateError(
          'unsupported',
          'A snapshot of the table has no manifest list. Plan the scan in the client, or write a new snapshot.',
        )
      if (snapshot['key-id'] !== undefined)
        throw new HeadgateError(
          'unsupported',
          'The manifests of the table are encrypted. Plan the scan in the client.',
        )
      return manifests.list(table, list, open, signal)
    }),
  )
  const selected = selectManifests(scan, filters, lists)
  const deletes = new DeleteIndex()
  for (const manifest of selected.deletes) {
    const isUnpartitioned = (filters.get(manifest.specId)?.fields.length ?? 0) === 0
    const { entries } = await manifests.manifest(table, manifest, open, signal)
    for (const [index, entry] of entries.entries()) {
      if (index % 1_000 === 0) await turns.next()
      deletes.add(manifest, entry, isUnpartitioned)
    }
  }
  return {
    scan,
    filters,
    manifests: selected.data,
    deletes,
    turns,
    omitsNullPartitions,
    read: (manifest) => manifests.manifest(table, manifest, open, signal),
  }
}

function encodeTasks(
  { ring }: PlanningDeps,
  { owner }: PlannedTable,
  scan: ScanDefinition,
  end: number,
  { next, ...tasks }: ScanTasks,
): PlannedTasks {
  return {
    ...(next === null ? {} : { 'plan-tasks': [sealPlanTask(ring, owner, { scan, from: next, end })] }),
    'file-scan-tasks': tasks['file-scan-tasks'],
    ...(tasks['delete-files'].length === 0 ? {} : { 'delete-files': tasks['delete-files'] }),
  }
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
