import type { NameLimits } from '@headgate/iceberg/rest'
import type { SigningKeys } from '@headgate/sigv4'
import type { Policies } from '../access/policies.ts'
import type { CatalogParts } from '../catalog/parts.ts'
import type { Serial } from '../catalog/serial.ts'
import type { Standings } from '../catalog/standings.ts'
import type { Warehouses } from '../catalog/warehouses.ts'
import type { CredentialIssuer } from '../credentials/credential-issuer.ts'
import type { RefreshDeps } from '../credentials/refresh.ts'
import type { StorageKeys } from '../credentials/vendors/storage-keys.ts'
import type { IdempotencyParts } from '../idempotency/idempotent.ts'

/** What the operations of the Iceberg face work with. */
export interface IcebergParts extends CatalogParts {
  readonly warehouses: Warehouses
  readonly policies: Policies
  readonly issuer: CredentialIssuer
  readonly refresh: RefreshDeps
  /** Sign requests of clients, for warehouses of mode `remote-signing`. */
  readonly storageKeys: StorageKeys
  /** Derived from those. */
  readonly signingKeys: SigningKeys
  readonly serial: Serial
  readonly standings: Standings
  readonly idempotency: IdempotencyParts
  readonly nameLimits: NameLimits
  /** As advertised, percent-encoded. */
  readonly namespaceSeparator: string
  readonly maxPageSize: number
  /** Warehouse of a client that names none. */
  readonly defaultWarehouse: string
  /** Look on loads whether the metadata file is still there, where that is cheap. */
  readonly verifyMetadataFiles: boolean
  /** There is work for the background jobs: they need not wait for their next turn. */
  wakeJobs(): void
}
