/** Result of one step of a check. */
export interface Finding {
  /** Stable identifier for programs: `write`, `clock` … */
  readonly name: string
  readonly ok: boolean
  /** Observation of the step; for a failed step also the change to make. */
  readonly message: string
}
