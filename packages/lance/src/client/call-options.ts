/** Options that every operation accepts. */
export interface CallOptions {
  /** Cancels the call, also while it waits before a retry. */
  readonly signal?: AbortSignal | undefined
  /**
   * Longest time without progress of a request, in ms. Some operations compute for long. Default: the option
   * `timeoutMs` of the client.
   */
  readonly timeoutMs?: number | undefined
  /** Maximum number of attempts after the first attempt. Default: the option `maxRetries` of the client. */
  readonly maxRetries?: number | undefined
  /**
   * Delimiter between the names of an identifier in the URL. Needed for names that contain the default delimiter of
   * the client.
   */
  readonly delimiter?: string | undefined
}
