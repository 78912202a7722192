/** Why the embedded PostgreSQL cannot be started. `in-use`: another living process holds the data directory. */
export type EmbeddedPostgresErrorCode =
  'in-use' | 'unsupported-platform' | 'wrong-version' | 'not-permitted' | 'start-failed'

/** An error for the operator: the message is a sentence that says what to do. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError'
  readonly code: EmbeddedPostgresErrorCode

  constructor(code: EmbeddedPostgresErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
