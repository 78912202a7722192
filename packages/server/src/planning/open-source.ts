import { HeadgateError } from '@headgate/errors'
import type { ManifestFile } from '@headgate/iceberg/manifest'
import { DeleteIndex } from './delete-index.ts'
import type { ScannedTable, SourceDeps } from './scanned-table.ts'
import { openScan, type ScanDefinition } from './scan.ts'
import type { TaskSource } from './scan-tasks.ts'
import { selectManifests, specFilters } from './select-manifests.ts'

/** Time limit in ms for the delete files of a snapshot. */
const timeoutMs = 120_000
/** Assumed number of files in a manifest of which the manifest list contains no number. */
const unknownFiles = 5_000

/** Reads the manifest lists and the delete files of a scan. */
export async function openSource(
  deps: SourceDeps,
  table: ScannedTable,
  definition: ScanDefinition,
  signal: AbortSignal,
): Promise<TaskSource> {
  const { manifests, deletes, turns } = deps
  const { relationId, metadata, open } = table
  const scan = openScan(metadata, definition)
  const filters = specFilters(scan)
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
      return manifests.list(relationId, list, open, signal)
    }),
  )
  const selected = selectManifests(scan, filters, lists)
  const keeps = manifests.canKeep(selected.data.reduce((sum, manifest) => sum + filesIn(manifest), 0))
  const build = (): Promise<DeleteIndex> => indexDeletes(deps, table, filters, selected.deletes)
  return {
    scan,
    filters,
    manifests: selected.data,
    permitted: null,
    deletes:
      selected.deletes.length === 0
        ? new DeleteIndex()
        : await deletes.get(relationId, scan.snapshots[0]?.['manifest-list'] ?? '', build, signal),
    turns,
    read: (manifest) => manifests.manifest(relationId, manifest, open, signal, keeps),
  }
}

/** Returns the number of files in a manifest, or an estimate if it is unknown. */
export function filesIn({ addedFiles, existingFiles }: ManifestFile): number {
  return addedFiles === null || existingFiles === null ? unknownFiles : addedFiles + existingFiles
}

/** Reads the delete files of a snapshot. The reads continue when the caller disconnects, because others may wait. */
async function indexDeletes(
  { manifests, turns }: Pick<SourceDeps, 'manifests' | 'turns'>,
  { relationId, open }: ScannedTable,
  filters: TaskSource['filters'],
  selected: readonly ManifestFile[],
): Promise<DeleteIndex> {
  const deletes = new DeleteIndex()
  const signal = AbortSignal.timeout(timeoutMs)
  for (const manifest of selected) {
    const isUnpartitioned = (filters.get(manifest.specId)?.fields.length ?? 0) === 0
    const { entries } = await manifests.manifest(relationId, manifest, open, signal)
    for (const [index, entry] of entries.entries()) {
      if (index % 1_000 === 0) await turns.next()
      deletes.add(manifest, entry, isUnpartitioned)
    }
  }
  return deletes
}
