import type { AccessDelegation } from '../rest/access-delegation.ts'
import type { Clock } from './clock.ts'
import type { CatalogConfig } from './config.ts'
import type { IcebergHttp } from './http/send-call.ts'
import type { TableCache } from './table-cache.ts'

/** Options of every operation. */
export interface CallOptions {
  /** Cancels the call, also while it waits before a retry. */
  readonly signal?: AbortSignal | undefined
  /** Time limit of one attempt, in ms. Default: the option `timeoutMs` of the catalog client. */
  readonly timeoutMs?: number | undefined
  /** Maximum number of attempts after the first attempt. Default: the option `maxRetries` of the catalog client. */
  readonly maxRetries?: number | undefined
}

/** Requested storage access (`X-Iceberg-Access-Delegation`). */
export interface Delegation {
  /**
   * Requested kinds of storage access, in order of preference. Default: the kinds that were set when connecting to
   * the catalog. An empty list requests no storage access.
   */
  readonly accessDelegation?: readonly AccessDelegation[] | undefined
}

/** State that all operations of a connected catalog share. */
export interface Session {
  /** URL of the catalog without a trailing slash. Paths begin with `/v1`. */
  readonly uri: string
  readonly http: IcebergHttp
  readonly config: CatalogConfig
  readonly clock: Clock
  readonly accessDelegation: readonly AccessDelegation[]
  readonly pageSize: number | undefined
  /** Returns a string that identifies the caller. Null: the caller is unknown, and its responses must not be cached. */
  readonly identity: () => string | null
  readonly tables: TableCache
}
