/** Reason for which a worker does not serve. The message is for the operator. */
export class WorkerError extends Error {
  override readonly name = 'WorkerError'
  /** True when a later start may succeed. */
  readonly passing: boolean

  constructor(message: string, passing = false) {
    super(message)
    this.passing = passing
  }
}
