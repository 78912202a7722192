/**
 * An answer of a Lance namespace that is an error, or is not what the protocol says. Each numeric code of the protocol
 * has a class of its own: see `error-classes.ts`.
 *
 * @example
 * ```ts
 * const error: unknown = await lance.describeTable({ id }).catch((thrown: unknown) => thrown)
 * if (error instanceof TableNotFoundError) console.error(error.operation)
 * if (isLanceError(error, 4)) console.error(error.message) // also for errors of another copy
 * ```
 */
export class LanceNamespaceError extends Error {
  override readonly name: string = 'LanceNamespaceError'
  /** What was asked: an `operationId` of the Lance Namespace specification. */
  readonly operation: string
  /** HTTP status. */
  readonly status: number
  /**
   * The numeric code of the protocol, also one that this package does not know. Where the answer had none, as from a
   * proxy, it is what the status stands for (401, 403, 406, 429, 501, 503), else null.
   */
  readonly code: number | null
  /** An explanation that some servers add. */
  readonly detail: string | undefined
  /** The server's name for this occurrence. */
  readonly instance: string | undefined
  /** When the server allows the request to be repeated, in seconds. */
  readonly retryAfterSeconds: number | undefined
  /**
   * The request may have been carried out all the same, wholly, by this attempt or one before it: nothing that it
   * refers to may be cleaned up before the state was looked up.
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

/** A success that cannot be read: something else than a Lance namespace answers, or a newer one. */
export class InvalidAnswerError extends LanceNamespaceError {
  override readonly name = 'InvalidAnswerError'
}
