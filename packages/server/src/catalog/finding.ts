/** Result of one step of a check. */
export interface Finding {
  /** Stable name of the step, for programs: `write`, `clock` … */
  readonly name: string
  readonly ok: boolean
  /** Result of the step as a sentence. For a failed step, it contains the change to make. */
  readonly message: string
}
