/**
 * Error of a request without a response: the server could not be reached, the connection broke, or a time limit was
 * exceeded.
 */
export class HttpConnectionError extends Error {
  override readonly name: string = 'HttpConnectionError'
  /** `operationId` of the called operation in the specification of the protocol. */
  readonly operation: string
  /**
   * Whether the server may have executed the request. If true, check whether the request had an effect before you undo
   * it or send it again.
   */
  readonly outcomeUnknown: boolean

  constructor(operation: string, why: string, outcomeUnknown: boolean, options?: ErrorOptions) {
    super(`${operation}: ${why}`, options)
    this.operation = operation
    this.outcomeUnknown = outcomeUnknown
  }
}
