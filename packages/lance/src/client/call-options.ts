/** What every operation takes beside its request. */
export interface CallOptions {
  /** Ends the call, its waiting for a retry included. */
  readonly signal?: AbortSignal | undefined
  /** How long nothing may move, in ms, in place of the namespace's own: operations that compute take their time. */
  readonly timeoutMs?: number | undefined
  /** Attempts after the first one, in place of the namespace's own. */
  readonly maxRetries?: number | undefined
  /** What stands between names in the URL, in place of the namespace's own: for names with that in them. */
  readonly delimiter?: string | undefined
}
