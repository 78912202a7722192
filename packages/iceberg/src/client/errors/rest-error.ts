/**
 * Error for a response of the catalog that reports an error or does not follow the protocol. Each type of the protocol
 * has its own class, see `error-classes.ts`.
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
  /** Name of the operation: an `operationId` of the Iceberg REST specification. */
  readonly operation: string
  /** HTTP status. */
  readonly status: number
  /**
   * Error type of the protocol (`NoSuchTableException`), or `InvalidAnswer` for a response that cannot be decoded. Null if
   * the response has no error body of the protocol, for example because a proxy sent it.
   */
  readonly type: string | null
  /** Time after which the server allows another attempt, in seconds. */
  readonly retryAfterSeconds: number | undefined
  /**
   * Whether the server may have executed the request completely, in this attempt or in an earlier attempt. If true,
   * read the current state before you delete files or other objects that the request refers to.
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

/** Error for a successful response that cannot be decoded, because the server is not an Iceberg catalog or has a later version. */
export class InvalidAnswerError extends IcebergRestError {
  override readonly name = 'InvalidAnswerError'
}
