import type { Secret } from './secret.ts'
import type { Variable } from './variable.ts'

/** Parsed values of all environment variables, before contradictions are checked and defaults are derived. */
export interface Env {
  readonly config: string | null
  readonly host: string
  readonly port: number
  readonly publicUrl: string | null
  readonly workers: number | 'auto'
  readonly tlsCertFile: string | null
  readonly tlsKeyFile: string | null
  readonly console: boolean
  readonly corsOrigins: readonly string[]
  readonly trustedProxies: readonly string[]
  readonly forwardedHeader: 'x-forwarded-for' | 'forwarded'
  readonly dataDir: string
  readonly databaseUrl: Secret | null
  readonly databaseUrlFile: string | null
  readonly databasePoolSize: number
  readonly databaseStatementTimeoutMs: number
  readonly masterKey: Secret | null
  readonly masterKeyFile: string | null
  readonly masterKeyPrevious: Secret | null
  readonly masterKeyPreviousFile: string | null
  readonly tokenTtlSeconds: number
  readonly sessionSeconds: number
  readonly policyMaxAgeMs: number
  readonly authorizer: 'grants' | 'cedar'
  readonly cedarPolicies: string | null
  readonly retiredKeyDays: number
  readonly insecureAnonymous: boolean
  readonly issuers: string | null
  readonly sigV4Services: readonly string[]
  readonly sigV4Regions: readonly string[]
  readonly defaultWarehouse: string
  readonly namespaceSeparator: string
  readonly idempotencyLifetimeSeconds: number
  readonly verifyMetadataFiles: boolean
  readonly metadataRowLimitBytes: number
  readonly metadataCacheBytes: number
  readonly jobIntervalMs: number
  readonly fileRoots: readonly string[]
  readonly privateEndpoints: readonly string[]
  readonly s3Port: number | null
  readonly s3PublicUrl: string | null
  readonly s3Region: string
  readonly s3HostSuffix: string | null
  readonly s3DecisionMaxAgeMs: number
  readonly minCredentialSeconds: number
  readonly refreshTokenTtlSeconds: number
  readonly refreshCapSeconds: number
  readonly stsWebIdentityTokenFile: string | null
  readonly maxBodyBytes: number
  readonly maxJsonDepth: number
  readonly maxJsonValues: number
  readonly maxHeaderBytes: number
  readonly maxNameBytes: number
  readonly pageSizeMax: number
  readonly requestTimeoutMs: number
  readonly maxConcurrentRequests: number
  readonly shutdownTimeoutMs: number
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'
  readonly logFormat: 'json' | 'pretty' | 'auto'
  readonly auditReads: 'log' | 'store' | 'off'
  readonly auditRetentionDays: number
  readonly auditRefusalRetentionDays: number
}

/** Definitions of all variables, with the same keys as `Env`. */
export type Variables = { readonly [Key in keyof Env]: Variable<Env[Key]> }
