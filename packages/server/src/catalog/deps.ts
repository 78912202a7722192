import type { TableMetadata } from '@headgate/iceberg/metadata'
import type { ViewMetadata } from '@headgate/iceberg/view'
import type { Sql } from '../store/sql.ts'
import type { Log } from '../log.ts'
import type { BodyCache } from './body-cache.ts'
import type { GroupCommit } from './commit/group-commit.ts'
import type { ModelCache } from './model-cache.ts'
import type { MetadataLimits } from './metadata-file.ts'

/** Dependencies of the functions in the module `catalog`. */
export interface CatalogDeps extends MetadataLimits {
  readonly sql: Sql
  readonly groupCommit: GroupCommit
  readonly bodies: BodyCache
  readonly tableModels: ModelCache<TableMetadata>
  readonly viewModels: ModelCache<ViewMetadata>
  readonly log: Log
  /** Returns the current time in epoch ms. */
  now(): number
}
