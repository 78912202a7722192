/** Options of every operation. */
export interface CallOptions {
  /** Cancels the call, also while it waits before a retry. */
  readonly signal?: AbortSignal | undefined
  /** Longest time without progress, in ms. Some operations compute for long. Default: that of the namespace. */
  readonly timeoutMs?: number | undefined
  /** Maximum number of attempts after the first one. Default: that of the namespace. */
  readonly maxRetries?: number | undefined
  /** Delimiter between names in the URL, for names that contain the delimiter of the namespace. */
  readonly delimiter?: string | undefined
}
