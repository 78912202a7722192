import type { AccessDelegation } from '../rest/access-delegation.ts'
import type { Clock } from './clock.ts'
import type { CatalogConfig } from './config.ts'
import type { IcebergHttp } from './http/send-call.ts'
import type { TableCache } from './table-cache.ts'

/** What every operation takes. */
export interface CallOptions {
  /** Ends the call, its waiting for a retry included. */
  readonly signal?: AbortSignal | undefined
  /** For one attempt, in ms. Default: that of the catalog. */
  readonly timeoutMs?: number | undefined
  /** Attempts after the first one. Default: that of the catalog. */
  readonly maxRetries?: number | undefined
}

/** How storage access is asked for (`X-Iceberg-Access-Delegation`). */
export interface Delegation {
  /** In order of preference, in place of the catalog's own; empty: no storage access is asked for. */
  readonly accessDelegation?: readonly AccessDelegation[] | undefined
}

/** A catalog that has been connected to. */
export interface Session {
  /** Without a slash at its end; paths begin with `/v1`. */
  readonly uri: string
  readonly http: IcebergHttp
  readonly config: CatalogConfig
  readonly clock: Clock
  readonly accessDelegation: readonly AccessDelegation[]
  readonly pageSize: number | undefined
  /** Whose answers these are; null: none of them may be kept. */
  readonly identity: () => string | null
  readonly tables: TableCache
}
