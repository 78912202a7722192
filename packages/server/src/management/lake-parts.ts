import type { Policies } from '../access/policies.ts'
import type { CatalogParts } from '../catalog/parts.ts'
import type { Finding } from '../catalog/finding.ts'
import type { Warehouse, Warehouses } from '../catalog/warehouses.ts'
import type { WebIdentities } from '../credentials/vendors/web-identities.ts'
import type { Call } from '../http/operation.ts'
import type { EndpointGuard } from '../storage/endpoint-guard.ts'
import type { MasterKey } from '../keys/master-key.ts'
import type { PageTokens } from '../keys/page-tokens.ts'

/** How what a warehouse hands out to clients proved. */
export interface VendingCheck {
  readonly findings: readonly Finding[]
  /** Where clients are told to find the storage; null: where it is. */
  readonly clientEndpoint: string | null
}

/** What the operations on warehouses, namespaces, tables and views are made of. */
export interface LakeParts extends CatalogParts {
  readonly master: MasterKey
  readonly pageTokens: PageTokens
  readonly warehouses: Warehouses
  readonly policies: Pick<Policies, 'saw'>
  /** Checks the endpoints that requests set, and the connections to them. */
  readonly endpoints: EndpointGuard
  /**
   * Locations (`file:///data`) below which warehouses on the server's own disk may lie. Whoever may make warehouses could
   * else read and delete all files of the server's user. Empty: none can be made over this interface.
   */
  readonly fileRoots: readonly string[]
  /** Tries out what a warehouse hands out to clients. Absent: this server hands out nothing. */
  readonly checkVending?: (warehouse: Warehouse, call: Call) => Promise<VendingCheck>
  /** The web identities that warehouses may ask with. Absent: this server has none. */
  readonly webIdentities?: Pick<WebIdentities, 'check'>
  /** There is work for the background jobs. */
  wakeJobs(): void
}
