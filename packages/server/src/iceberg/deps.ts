import type { NameLimits } from '@headgate/iceberg/rest'
import type { SigningKeys } from '@headgate/sigv4'
import type { CommitDeps } from '../catalog/commit/deps.ts'
import type { Warehouses } from '../catalog/warehouses.ts'
import type { CredentialIssuer } from '../credentials/credential-issuer.ts'
import type { RefreshDeps } from '../credentials/refresh.ts'
import type { StorageKeys } from '../credentials/vendors/storage-keys.ts'
import type { PlanningDeps } from '../planning/plan-scan.ts'
import type { Upstreams } from '../upstream/upstreams.ts'
import type { IdempotencyDeps } from '../idempotency/idempotent.ts'

/** Objects and settings that the operations of the Iceberg API depend on. */
export interface IcebergDeps extends CommitDeps {
  readonly warehouses: Warehouses
  readonly upstreams: Upstreams
  /** Issues storage access for storage grants. */
  readonly issuer: CredentialIssuer
  /** Dependencies of `refreshCredential` and `authorizeRefresh`. */
  readonly refresh: RefreshDeps
  /** Keys that sign the requests of clients, for warehouses of mode `remote-signing`. */
  readonly storageKeys: StorageKeys
  /** Keys derived from `storageKeys`. */
  readonly signingKeys: SigningKeys
  readonly idempotency: IdempotencyDeps
  readonly planning: PlanningDeps
  readonly nameLimits: NameLimits
  /** Separator of namespace levels in paths, percent-encoded, as `GET /v1/config` advertises it. */
  readonly namespaceSeparator: string
  readonly maxPageSize: number
  /** Warehouse for clients that name no warehouse. */
  readonly defaultWarehouse: string
  /** True: a load checks that the metadata file exists, if this check needs no network request. */
  readonly verifyMetadataFiles: boolean
  /** Starts the background jobs before their next interval. */
  wakeJobs(): void
}
