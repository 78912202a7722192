import type { NameLimits } from '@headgate/iceberg/rest'
import type { CommitDeps } from '../catalog/commit/deps.ts'
import type { Warehouses } from '../catalog/warehouses.ts'
import type { CredentialIssuer } from '../credentials/credential-issuer.ts'

/** Objects and settings that the operations of the Lance Namespace depend on. */
export interface LanceDeps extends CommitDeps {
  readonly warehouses: Warehouses
  readonly issuer: CredentialIssuer
  readonly nameLimits: NameLimits
  /** Separator of namespace levels in paths of the Iceberg API, percent-encoded. Names must not contain it. */
  readonly namespaceSeparator: string
  readonly maxPageSize: number
  /** Starts the background jobs before their next interval. */
  wakeJobs(): void
}
