/** One thing that was tried out. */
export interface Finding {
  /** Stable, for programs: `write`, `clock` … */
  readonly name: string
  readonly ok: boolean
  /** What was seen; when it is not ok, what to change. */
  readonly message: string
}
