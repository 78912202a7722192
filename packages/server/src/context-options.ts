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
  /**
   * Returns the metrics of the whole server, when this process is one of several processes of the server. Absent: the
   * server has only this process.
   */
  readonly wholeMetrics?: () => Promise<string>
  readonly openStorage: OpenStorage
  /**
   * Checks the storage endpoints that requests configure, and the connections to these endpoints. `openStorage`
   * uses the same guard.
   */
  readonly endpoints: EndpointGuard
  /** Locations below which the management API may create warehouses on the server's own disk. */
  readonly fileRoots: readonly string[]
  /**
   * URL at which clients reach this server, without trailing slash. It is also the issuer and the audience of
   * the tokens that this server mints.
   */
  readonly publicUrl: string
  /**
   * URL at which clients reach the storage gateway, without trailing slash. Null: clients cannot reach the
   * gateway.
   */
  readonly gatewayUrl: string | null
  readonly storageAccess: {
    /** AWS region in the request signatures of clients of the gateway. */
    readonly region: string
    readonly hostSuffix: string | null
    readonly decisionMaxAgeMs: number
    /**
     * File with the token by which the server authenticates at security token services (STS). Null: the server
     * has no such token.
     */
    readonly webIdentityTokenFile: string | null
    readonly lives: CredentialLifetimes
  }
  readonly anonymous: boolean
  /** Whether the server has the web console. */
  readonly console: boolean
  /** Names of services and regions that signatures of requests may contain. No regions: all regions. */
  readonly sigV4: { readonly services: readonly string[]; readonly regions: readonly string[] }
  readonly tokenTtlSeconds: number
  /** Time in seconds for which clients that are not engines can renew their tokens. */
  readonly sessionSeconds: number
  /** Other issuers (identity providers) whose tokens this server accepts. */
  readonly issuers: readonly Issuer[]
  readonly policyMaxAgeMs: number
  /**
   * File or directory of Cedar policies, which must also permit what grants allow. Null: only grants decide.
   */
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
  /** Retention of audit events in seconds. 0: events are not deleted. */
  readonly auditRetentionSeconds: number
  /** Retention of refusals in the audit log in seconds. 0: refusals are not deleted. */
  readonly auditRefusalRetentionSeconds: number
  /**
   * Retention of retired keys in seconds: longer than the lifetime of every token that such a key signed or
   * sealed.
   */
  readonly retiredKeySeconds: number
}
