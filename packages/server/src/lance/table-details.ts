import type { TableIdentifier } from '@headgate/iceberg/rest'
import { type Fragment, type Manifest, toJsonArrowSchema } from '@headgate/lance/format'

/** Returns the members of a table description that come from the manifest of a table version. */
export function tableDetails({ namespace, name }: TableIdentifier, manifest: Manifest): object {
  const { fragments, version } = manifest
  const deleted = sumOf(fragments, 'deletedRows')
  const physical = sumOf(fragments, 'physicalRows')
  return {
    table: name,
    namespace,
    version,
    schema: toJsonArrowSchema(manifest),
    stats: { num_deleted_rows: deleted, num_fragments: fragments.length },
    metadata: {
      total_rows: String(physical - deleted),
      total_data_file_rows: String(physical),
      total_deletion_file_rows: String(deleted),
      total_fragments: String(fragments.length),
      total_files_size: String(sumOf(fragments, 'bytes')),
    },
    is_only_declared: false,
  }
}

/** Returns the number of rows of a table version, without deleted rows. */
export function countRows({ fragments }: Manifest): number {
  return sumOf(fragments, 'physicalRows') - sumOf(fragments, 'deletedRows')
}

/** Number of rows from which a fragment is not small. Lance compacts smaller fragments. */
const smallFragmentRows = 100_000

/** Encodes the statistics of a table version. */
export function tableStats(manifest: Manifest): object {
  const { fragments, indices } = manifest
  const lengths = fragments
    .map(({ physicalRows, deletedRows }) => physicalRows - deletedRows)
    .toSorted((a, b) => a - b)
  const rank = (percent: number): number => lengths[Math.ceil((lengths.length * percent) / 100) - 1] ?? 0
  const rows = countRows(manifest)
  return {
    total_bytes: sumOf(fragments, 'bytes'),
    num_rows: rows,
    num_indices: new Set(indices.map(({ name }) => name)).size,
    fragment_stats: {
      num_fragments: fragments.length,
      num_small_fragments: lengths.filter((length) => length < smallFragmentRows).length,
      lengths: {
        min: lengths[0] ?? 0,
        max: lengths.at(-1) ?? 0,
        mean: lengths.length === 0 ? 0 : Math.trunc(rows / lengths.length),
        p25: rank(25),
        p50: rank(50),
        p75: rank(75),
        p99: rank(99),
      },
    },
  }
}

function sumOf(fragments: readonly Fragment[], member: 'physicalRows' | 'deletedRows' | 'bytes'): number {
  return fragments.reduce((sum, fragment) => sum + fragment[member], 0)
}
