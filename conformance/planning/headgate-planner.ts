import { createReadStream } from 'node:fs'
import { decodeTableMetadata } from '@headgate/iceberg/metadata'
import { decodePlanTableScanRequest } from '@headgate/iceberg/rest'
import { parse, type Json, type JsonObject } from '@headgate/json'
import { LoopTurns } from '../../packages/server/src/concurrency/loop-turns.ts'
import { DeleteIndexes } from '../../packages/server/src/planning/delete-indexes.ts'
import { ManifestFiles } from '../../packages/server/src/planning/manifest-files.ts'
import { type PlanningDeps, planScan } from '../../packages/server/src/planning/plan-scan.ts'
import type { PlannedFile } from './compare.ts'
import type { Scan } from './generate.ts'

/** Plans scans of one table with the planner of the Headgate server. */
export class HeadgatePlanner {
  readonly #deps: Pick<PlanningDeps, 'manifests' | 'deletes' | 'turns'>
  readonly #metadata: ReturnType<typeof decodeTableMetadata>

  constructor(metadata: Json) {
    const turns = new LoopTurns()
    this.#deps = { turns, deletes: new DeleteIndexes(), manifests: new ManifestFiles(50_000_000, turns) }
    this.#metadata = decodeTableMetadata(metadata)
  }

  async plan(scan: Scan): Promise<readonly PlannedFile[]> {
    const table = {
      relationId: 't',
      principalId: 'p',
      metadata: this.#metadata,
      omitsNullPartitions: false,
      visibleColumns: null,
      rows: null,
      open: (location: string) => Promise.resolve(createReadStream(location)),
    }
    // The key ring is not used, because it is needed only for plans with more files than these tables have.
    const deps = this.#deps as PlanningDeps
    const { tasks } = await planScan(
      deps,
      table,
      decodePlanTableScanRequest(scan),
      AbortSignal.timeout(60_000),
    )
    const deleteFiles = tasks.deleteFiles.map((text) => parse(text))
    return (tasks.fileTasks ?? []).map((text) =>
      toPlannedFile(parse(text, { maxDepth: 1000 }) as JsonObject, deleteFiles),
    )
  }
}

function toPlannedFile(task: JsonObject, deleteFiles: readonly Json[]): PlannedFile {
  return {
    path: pathOf(task['data-file'] ?? null),
    residual: task['residual-filter'] ?? null,
    deletes: ((task['delete-file-references'] ?? []) as readonly number[]).map((index) =>
      pathOf(deleteFiles[index] ?? null),
    ),
  }
}

function pathOf(file: Json): string {
  return (file as JsonObject)['file-path'] as string
}
