/**
 * An answer of the catalog that is an error, or is not what the protocol says. Each type of the protocol has a class of
 * its own: see `error-classes.ts`.
 *
 * @example
 * ```ts
 * const error: unknown = await catalog.loadTable(orders).catch((thrown: unknown) => thrown)
 * if (error instanceof NoSuchTableError) console.error(error.operation)
 * if (isRestError(error, 'NoSuchTableException')) console.error(error.message) // also for errors of another copy
 * ```
 */
export class IcebergRestError extends Error {
  override readonly name: string = 'IcebergRestError'
  /** What was asked: an `operationId` of the Iceberg REST specification. */
  readonly operation: string
  /** HTTP status. */
  readonly status: number
  /**
   * The protocol's name of the error (`NoSuchTableException`), `InvalidAnswer` for an answer that cannot be read, or
   * null when an error came without the protocol's body, as from a proxy.
   */
  readonly type: string | null
  /** When the server allows the request to be repeated, in seconds. */
  readonly retryAfterSeconds: number | undefined
  /**
   * The request may have been carried out all the same, wholly, by this attempt or one before it: nothing that it
   * refers to may be cleaned up before the state was looked up.
   */
  readonly outcomeUnknown: boolean

  constructor(message: string, details: RestErrorDetails, options?: ErrorOptions) {
    super(message, options)
    this.operation = details.operation
    this.status = details.status
    this.type = details.type
    this.retryAfterSeconds = details.retryAfterSeconds
    this.outcomeUnknown = details.outcomeUnknown
  }
}

export interface RestErrorDetails {
  readonly operation: string
  readonly status: number
  readonly type: string | null
  readonly retryAfterSeconds?: number | undefined
  readonly outcomeUnknown: boolean
}

/** A success that cannot be read: something else than an Iceberg catalog answers, or a newer one. */
export class InvalidAnswerError extends IcebergRestError {
  override readonly name = 'InvalidAnswerError'
}
