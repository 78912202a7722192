/** Why a worker does not serve: the message is a sentence for the operator. */
export class WorkerError extends Error {
  override readonly name = 'WorkerError'
  /** It may pass by itself. */
  readonly passing: boolean

  constructor(message: string, passing = false) {
    super(message)
    this.passing = passing
  }
}
