/** No answer of the namespace: it could not be reached, the connection broke, or nothing moved for too long. */
export class LanceConnectionError extends Error {
  override readonly name = 'LanceConnectionError'
  /** What was asked: an `operationId` of the Lance Namespace specification. */
  readonly operation: string
  /** The request may have been carried out all the same: see `LanceNamespaceError`. */
  readonly outcomeUnknown: boolean

  constructor(operation: string, why: string, outcomeUnknown: boolean, options?: ErrorOptions) {
    super(`${operation}: ${why}`, options)
    this.operation = operation
    this.outcomeUnknown = outcomeUnknown
  }
}
