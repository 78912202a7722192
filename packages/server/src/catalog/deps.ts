import type { TableMetadata } from '@headgate/iceberg/metadata'
import type { ViewMetadata } from '@headgate/iceberg/view'
import type { Sql } from '../store/sql.ts'
import type { Log } from '../log.ts'
import type { MetadataTextCache } from './metadata-text-cache.ts'
import type { GroupCommit } from './commit/group-commit.ts'
import type { DecodedMetadataCache } from './decoded-metadata-cache.ts'
import type { MetadataLimits } from './metadata-file.ts'

/** Dependencies of the functions in the module `catalog`. */
export interface CatalogDeps extends MetadataLimits {
  readonly sql: Sql
  readonly groupCommit: GroupCommit
  /** Cache of the metadata texts of relations, as they are sent to clients. */
  readonly metadataTexts: MetadataTextCache
  /** Cache of the decoded metadata of tables, for commits. */
  readonly decodedTables: DecodedMetadataCache<TableMetadata>
  /** Cache of the decoded metadata of views, for commits. */
  readonly decodedViews: DecodedMetadataCache<ViewMetadata>
  readonly log: Log
  /** Returns the current time in epoch ms. */
  now(): number
}
