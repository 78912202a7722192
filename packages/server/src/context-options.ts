import type { OpenStorage } from './catalog/warehouses.ts'
import type { CredentialLifetimes } from './credentials/grant-limits.ts'
import type { AuditMode } from './events/audit-log.ts'
import type { TrustedProxies } from './operation/client-address.ts'
import type { Issuer } from './identity/issuers/issuer.ts'
import type { MasterKey } from './keys/master-key.ts'
import type { Log } from './log.ts'
import type { EndpointGuard } from '@headgate/storage'
import type { Sql } from './store/sql.ts'

/** Inputs of a server: configuration, the open database, the log. */
export interface ContextOptions {
  readonly sql: Sql
  readonly master: MasterKey
  readonly log: Log
  /** Returns the metrics of the whole server, when this process is one of several. Absent: this process is the whole server. */
  readonly wholeMetrics?: () => Promise<string>
  readonly openStorage: OpenStorage
  /** Checks the endpoints that requests set, and the connections to them. `openStorage` uses it, too. */
  readonly endpoints: EndpointGuard
  /** Locations below which the management API may create warehouses on the server's own disk. */
  readonly fileRoots: readonly string[]
  /** URL of this server for clients, without trailing slash. Issuer and audience of its tokens. */
  readonly publicUrl: string
  /** URL of the storage gateway for clients, without trailing slash. Null: clients cannot reach it. */
  readonly gatewayUrl: string | null
  readonly storageAccess: {
    /** Region that clients of the gateway sign for. */
    readonly region: string
    readonly hostSuffix: string | null
    readonly decisionMaxAgeMs: number
    /** File of the server's own token for security token services. Null: the server has none. */
    readonly webIdentityTokenFile: string | null
    readonly lives: CredentialLifetimes
  }
  readonly anonymous: boolean
  readonly tokenTtlSeconds: number
  /** Time in seconds for which clients that are not engines can renew their tokens. */
  readonly sessionSeconds: number
  /** Further issuers whose tokens are accepted. */
  readonly issuers: readonly Issuer[]
  readonly policyMaxAgeMs: number
  /** File or directory of Cedar policies, which make the final decision. Null: grants make it. */
  readonly cedarPolicies: string | null
  readonly auditReads: AuditMode
  readonly limits: {
    readonly maxBodyBytes: number
    readonly maxJsonDepth: number
    readonly maxJsonValues: number
    readonly requestTimeoutMs: number
    readonly maxConcurrentRequests: number
    readonly maxNameBytes: number
    readonly maxPageSize: number
  }
  readonly corsOrigins: readonly string[]
  readonly trustedProxies: TrustedProxies
  readonly idempotencyLifetimeSeconds: number
  readonly metadataRowLimitBytes: number
  readonly metadataCacheBytes: number
  readonly namespaceSeparator: string
  readonly defaultWarehouse: string
  readonly verifyMetadataFiles: boolean
  readonly jobIntervalMs: number
  /** 0: no limit. */
  readonly auditRetentionSeconds: number
  /** Retention of refusals in the audit log. 0: no limit. */
  readonly auditRefusalRetentionSeconds: number
  /** Retention of retired keys in seconds: longer than the lifetime of anything that a key protects. */
  readonly retiredKeySeconds: number
}
