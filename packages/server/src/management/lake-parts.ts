import type { CatalogParts } from '../catalog/parts.ts'
import type { Warehouses } from '../catalog/warehouses.ts'
import type { MasterKey } from '../keys/master-key.ts'
import type { PageTokens } from '../keys/page-tokens.ts'

/** What the operations on warehouses, namespaces, tables and views are made of. */
export interface LakeParts extends CatalogParts {
  readonly master: MasterKey
  readonly pageTokens: PageTokens
  readonly warehouses: Warehouses
  /**
   * Locations (`file:///data`) below which warehouses on the server's own disk may lie. Whoever may make warehouses could
   * else read and delete all files of the server's user. Empty: none can be made over this interface.
   */
  readonly fileRoots: readonly string[]
  /** There is work for the background jobs. */
  wakeJobs(): void
}
