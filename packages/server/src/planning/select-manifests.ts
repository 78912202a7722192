import { HeadgateError } from '@headgate/errors'
import { bindPartitionFields, mayMatchManifest, type SpecFilter } from '@headgate/iceberg/expression'
import type { ManifestFile } from '@headgate/iceberg/manifest'
import type { Scan } from './scan.ts'

/**
 * Manifests of a scan with data files and with delete files. Plan tasks refer to the data manifests by their position.
 */
export interface SelectedManifests {
  readonly data: readonly ManifestFile[]
  readonly deletes: readonly ManifestFile[]
}

/**
 * Returns the filter of a scan for each partition spec of the table, by the id of the spec: the filter together with
 * the partition fields of the spec.
 */
export function specFilters({ specs, schemas, filter }: Scan): ReadonlyMap<number, SpecFilter> {
  return new Map(
    specs.map((spec) => [spec['spec-id'], { fields: bindPartitionFields(spec, schemas), filter }]),
  )
}

/**
 * Selects the manifests that can contain files of a scan. The same scan always selects the same manifests in the same
 * order, so that plan tasks can name them by their numbers.
 */
export function selectManifests(
  scan: Scan,
  filters: ReadonlyMap<number, SpecFilter>,
  lists: readonly (readonly ManifestFile[])[],
): SelectedManifests {
  const isIncremental = scan.definition.after !== null
  const snapshotIds = new Set(scan.snapshots.map((snapshot) => snapshot['snapshot-id']))
  const all = new Map<string, ManifestFile>()
  for (const manifest of lists.flat()) all.set(manifest.path, manifest)
  const data = [...all.values()].filter(
    (manifest) =>
      manifest.content === 'data' &&
      !(manifest.addedFiles === 0 && manifest.existingFiles === 0) &&
      (!isIncremental || (manifest.addedSnapshotId !== null && snapshotIds.has(manifest.addedSnapshotId))) &&
      mayMatch(filterOf(filters, manifest), manifest),
  )
  // The added files of an incremental scan are read without the deletes of later snapshots, as in Java.
  const deletes = isIncremental ? [] : [...all.values()].filter(({ content }) => content === 'deletes')
  return { data, deletes }
}

/**
 * Returns the filter for the partition spec of a manifest.
 *
 * @throws HeadgateError `damaged-metadata` when the table has no such partition spec
 */
export function filterOf(
  filters: ReadonlyMap<number, SpecFilter>,
  { specId, path }: ManifestFile,
): SpecFilter {
  const filter = filters.get(specId)
  if (filter === undefined)
    throw new HeadgateError(
      'damaged-metadata',
      `The table has no partition spec ${specId}, which ${path} uses.`,
    )
  return filter
}

function mayMatch(filter: SpecFilter, { partitions }: ManifestFile): boolean {
  // For a manifest without partition summaries, only predicates that need no summaries are evaluated.
  return mayMatchManifest(filter, partitions ?? [])
}
