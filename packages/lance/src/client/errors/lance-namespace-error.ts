/**
 * Error for a response of a Lance namespace that is an error or does not follow the protocol. Each numeric code of the
 * protocol has its own class, see `error-classes.ts`.
 *
 * @example
 * ```ts
 * const error: unknown = await lance.describeTable({ id }).catch((thrown: unknown) => thrown)
 * if (error instanceof TableNotFoundError) console.error(error.operation)
 * if (isLanceError(error, 4)) console.error(error.message) // also for errors of another copy of this package
 * ```
 */
export class LanceNamespaceError extends Error {
  override readonly name: string = 'LanceNamespaceError'
  /** Name of the operation: an `operationId` of the Lance Namespace specification. */
  readonly operation: string
  /** HTTP status. */
  readonly status: number
  /**
   * Numeric code of the Lance protocol, which may be a code of a later version. If the response has no code, for
   * example because a proxy sent it, the code is derived from the HTTP status 401, 403, 406, 429, 501 or 503. Null
   * for other statuses.
   */
  readonly code: number | null
  /** Additional explanation of the error. Only some servers send it. */
  readonly detail: string | undefined
  /** Identifier that the server assigned to this occurrence of the error. */
  readonly instance: string | undefined
  /** Time after which the server allows another attempt, in seconds. */
  readonly retryAfterSeconds: number | undefined
  /**
   * Whether the server may have executed the request completely, in this attempt or an earlier one. If true, read the
   * current state before you delete files or other objects that the request refers to.
   */
  readonly outcomeUnknown: boolean

  constructor(message: string, details: LanceErrorDetails, options?: ErrorOptions) {
    super(message, options)
    this.operation = details.operation
    this.status = details.status
    this.code = details.code
    this.detail = details.detail
    this.instance = details.instance
    this.retryAfterSeconds = details.retryAfterSeconds
    this.outcomeUnknown = details.outcomeUnknown
  }
}

export interface LanceErrorDetails {
  readonly operation: string
  readonly status: number
  readonly code: number | null
  readonly detail?: string | undefined
  readonly instance?: string | undefined
  readonly retryAfterSeconds?: number | undefined
  readonly outcomeUnknown: boolean
}

/** Error for a successful response that does not follow the protocol. Often the server is not a Lance namespace. */
export class InvalidAnswerError extends LanceNamespaceError {
  override readonly name = 'InvalidAnswerError'
}
