import type { TableMetadata } from '@headgate/iceberg/metadata'
import type { ViewMetadata } from '@headgate/iceberg/view'
import type { Sql } from '../store/sql.ts'
import type { Log } from '../log.ts'
import type { BodyCache } from './body-cache.ts'
import type { GroupCommit } from './group-commit.ts'
import type { ModelCache } from './model-cache.ts'
import type { Resolver } from './resolver.ts'

/** What the functions of this room work with. */
export interface CatalogParts {
  readonly sql: Sql
  readonly resolver: Resolver
  readonly groupCommit: GroupCommit
  readonly bodies: BodyCache
  readonly tableModels: ModelCache<TableMetadata>
  readonly viewModels: ModelCache<ViewMetadata>
  readonly log: Log
  /** Bytes of packed metadata kept in a row. */
  readonly rowLimitBytes: number
  /** Bytes of a metadata file that will be read. */
  readonly maxMetadataBytes: number
  /** Milliseconds. */
  now(): number
}
