import type { TableIdentifier } from '@headgate/iceberg/rest'
import { type Manifest, toJsonArrowSchema } from '@headgate/lance/format'

/** Returns the members of a description that come from the manifest of a version. */
export function tableDetails({ namespace, name }: TableIdentifier, manifest: Manifest): object {
  const { fragments, version } = manifest
  const deleted = fragments.reduce((sum, { deletedRows }) => sum + deletedRows, 0)
  const physical = fragments.reduce((sum, { physicalRows }) => sum + physicalRows, 0)
  const bytes = fragments.reduce((sum, fragment) => sum + fragment.bytes, 0)
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
      total_files_size: String(bytes),
    },
    is_only_declared: false,
  }
}
