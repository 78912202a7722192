import type { TableMetadata } from '@headgate/iceberg/metadata'
import type { LoopTurns } from '../concurrency/loop-turns.ts'
import type { DeleteIndexes } from './delete-indexes.ts'
import type { ManifestFiles, OpenFile } from './manifest-files.ts'

/** Table that is scanned. */
export interface ScannedTable {
  readonly relationId: string
  readonly metadata: TableMetadata
  readonly open: OpenFile
}

/** Caches of the files that describe scans. */
export interface SourceDeps {
  readonly manifests: ManifestFiles
  readonly deletes: DeleteIndexes
  readonly turns: LoopTurns
}
