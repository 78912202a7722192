/** No answer of the catalog: it could not be reached, the connection broke, or it took too long. */
export class IcebergConnectionError extends Error {
  override readonly name = 'IcebergConnectionError'
  /** What was asked: an `operationId` of the Iceberg REST specification. */
  readonly operation: string
  /** The request may have been carried out all the same: see `IcebergRestError`. */
  readonly outcomeUnknown: boolean

  constructor(operation: string, why: string, outcomeUnknown: boolean, options?: ErrorOptions) {
    super(`${operation}: ${why}`, options)
    this.operation = operation
    this.outcomeUnknown = outcomeUnknown
  }
}
