/** Result of one step of a check of a warehouse. */
export interface Finding {
  /** Stable name of the step, which programs can use: `write`, `clock` … */
  readonly name: string
  readonly ok: boolean
  /** Result of the step as a sentence. For a failed step, the sentence says what to change. */
  readonly message: string
}
