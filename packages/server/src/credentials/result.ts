/** Result of a check at a trust boundary: the checked value, or the reason of the refusal. */
export type Result<T, Reason> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: Reason }
