import type { Authenticator } from './authenticator.ts'
import type { HeaderList } from './header-list.ts'
import type { HttpHooks } from './hooks.ts'
import type { Fetch } from './http-request.ts'

/** Settings with which a client sends all its requests. */
export interface HttpSettings {
  readonly fetch: Fetch
  readonly auth: Authenticator
  /** Headers of every request. */
  readonly headers: HeaderList
  /** Time limit of an attempt, in ms. */
  readonly timeoutMs: number
  /** Maximum number of attempts after the first attempt. */
  readonly maxRetries: number
  /** Longest response that is read into memory, in bytes. */
  readonly maxResponseBytes: number
  readonly hooks?: HttpHooks
}
