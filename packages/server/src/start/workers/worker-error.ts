/** Reason for which a worker did not start. The message is for the operator. */
export class WorkerError extends Error {
  override readonly name = 'WorkerError'
  /** True when the failure is temporary, so that a later start of a worker may succeed. */
  readonly passing: boolean

  constructor(message: string, passing = false) {
    super(message)
    this.passing = passing
  }
}
