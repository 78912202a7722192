import type { Policies } from '../access/policies.ts'
import type { CatalogDeps } from '../catalog/deps.ts'
import type { Finding } from '../catalog/finding.ts'
import type { Warehouse, Warehouses } from '../catalog/warehouses.ts'
import type { WebIdentities } from '../credentials/vendors/web-identities.ts'
import type { Call } from '../operation/operation.ts'
import type { EndpointGuard } from '@headgate/storage'
import type { MasterKey } from '../keys/master-key.ts'
import type { PageTokens } from '../keys/page-tokens.ts'

/** Result of testing the access that a warehouse vends. */
export interface VendingCheck {
  readonly findings: readonly Finding[]
  /** Endpoint of the storage for clients. Null: that of the warehouse. */
  readonly clientEndpoint: string | null
}

/** Dependencies of the operations on warehouses, namespaces, tables and views. */
export interface WarehouseApiDeps extends CatalogDeps {
  readonly master: MasterKey
  readonly pageTokens: PageTokens
  readonly warehouses: Warehouses
  readonly policies: Pick<Policies, 'saw'>
  /** Checks the endpoints that requests set, and the connections to them. */
  readonly endpoints: EndpointGuard
  /**
   * Locations (`file:///data`) below which warehouses on the server's own disk may lie. Without this limit, every
   * creator of warehouses could read and delete all files of the server's user. Empty: none can be made over this
   * interface.
   */
  readonly fileRoots: readonly string[]
  /** Tests the access that a warehouse vends. Absent: this server vends no access. */
  readonly checkVending?: (warehouse: Warehouse, call: Call) => Promise<VendingCheck>
  /** The web identities that warehouses may ask with. Absent: this server has none. */
  readonly webIdentities?: Pick<WebIdentities, 'check'>
  /** Wakes the background jobs. */
  wakeJobs(): void
}
