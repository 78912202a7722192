import type { Policies } from '../access/policies.ts'
import type { CatalogDeps } from '../catalog/deps.ts'
import type { Finding } from '../catalog/finding.ts'
import type { Warehouse, Warehouses } from '../catalog/warehouses.ts'
import type { WebIdentities } from '../credentials/vendors/web-identities.ts'
import type { Call } from '../operation/operation.ts'
import type { NameLimits } from '@headgate/iceberg/rest'
import type { EndpointGuard } from '@headgate/storage'
import type { Upstreams } from '../upstream/upstreams.ts'
import type { MasterKey } from '../keys/master-key.ts'
import type { PageTokens } from '../keys/page-tokens.ts'

/** Result of the test of the storage access that a warehouse vends. */
export interface VendingCheck {
  readonly findings: readonly Finding[]
  /** Endpoint of the storage for clients. Null: clients use the endpoint of the warehouse. */
  readonly clientEndpoint: string | null
}

/** Dependencies of the operations on warehouses, namespaces, tables and views. */
export interface WarehouseApiDeps extends CatalogDeps {
  readonly master: MasterKey
  readonly pageTokens: PageTokens
  readonly warehouses: Warehouses
  readonly upstreams: Upstreams
  readonly nameLimits: NameLimits
  /** Separator of namespace levels in paths, percent-encoded, as `GET /v1/config` advertises it. */
  readonly namespaceSeparator: string
  readonly policies: Pick<Policies, 'saw'>
  /** Checks the storage endpoints that requests configure, and the connections to these endpoints. */
  readonly endpoints: EndpointGuard
  /**
   * Locations (`file:///data`) below which the management API may create warehouses on the server's own disk. Without
   * this limit, every caller that may create warehouses could read and delete all files of the operating system user of
   * the server. Empty: the API creates no warehouses on disk.
   */
  readonly fileRoots: readonly string[]
  /** Tests the storage access that a warehouse vends. Absent: this server vends no storage access. */
  readonly checkVending?: (warehouse: Warehouse, call: Call) => Promise<VendingCheck>
  /**
   * Web identities with which warehouses may authenticate at a security token service. Absent: this server has no web
   * identities.
   */
  readonly webIdentities?: Pick<WebIdentities, 'check'>
  /** Makes the background jobs look for due work immediately. */
  wakeJobs(): void
}
