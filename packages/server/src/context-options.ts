import type { OpenStorage } from './catalog/warehouses.ts'
import type { CredentialLifetimes } from './credentials/grant-limits.ts'
import type { AuditMode } from './events/audit-log.ts'
import type { TrustedProxies } from './http/client-address.ts'
import type { Issuer } from './identity/issuers/issuer.ts'
import type { MasterKey } from './keys/master-key.ts'
import type { Log } from './log.ts'
import type { EndpointGuard } from './storage/endpoint-guard.ts'
import type { Sql } from './store/sql.ts'

/** Everything a server is made of that comes from outside: configuration, the open store, the log. */
export interface ContextOptions {
  readonly sql: Sql
  readonly master: MasterKey
  readonly log: Log
  /** Text of the metrics of the whole server, where this process is one of several; otherwise its own are all. */
  readonly wholeMetrics?: () => Promise<string>
  readonly openStorage: OpenStorage
  /** Checks the endpoints that requests set, and the connections to them; `openStorage` uses it too. */
  readonly endpoints: EndpointGuard
  /** Locations below which warehouses on the server's own disk may be made over the management interface. */
  readonly fileRoots: readonly string[]
  /** Where clients reach this server; issuer and audience of its tokens. Without trailing slash. */
  readonly publicUrl: string
  /** Where clients reach the storage gateway, without trailing slash; null: they cannot. */
  readonly gatewayUrl: string | null
  readonly storageAccess: {
    /** That clients of the gateway sign for. */
    readonly region: string
    readonly hostSuffix: string | null
    readonly decisionMaxAgeMs: number
    /** Holds the server's own token for security token services; null: it has none. */
    readonly webIdentityTokenFile: string | null
    readonly lives: CredentialLifetimes
  }
  readonly anonymous: boolean
  readonly tokenTtlSeconds: number
  /** How long clients that are no engine can renew their tokens. */
  readonly sessionSeconds: number
  /** Whose tokens are taken besides ours. */
  readonly issuers: readonly Issuer[]
  readonly policyMaxAgeMs: number
  /** A file or directory of Cedar policies, which have the last word; null: grants have it. */
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
  /** 0: for ever. */
  readonly auditRetentionSeconds: number
  /** How long refusals are kept; 0: without end. */
  readonly auditRefusalRetentionSeconds: number
  /** Longer than anything lives that a key protects. */
  readonly retiredKeySeconds: number
}
