/**
 * Reason why the embedded PostgreSQL cannot start:
 * - `in-use`: another process holds the data directory.
 * - `unsupported-platform`: no PostgreSQL programs are installed for this platform.
 * - `wrong-version`: another major version of PostgreSQL wrote the data directory.
 * - `not-permitted`: this user cannot write the data directory or run PostgreSQL.
 * - `start-failed`: a PostgreSQL program failed. The message contains its output.
 */
export type EmbeddedPostgresErrorCode =
  'in-use' | 'unsupported-platform' | 'wrong-version' | 'not-permitted' | 'start-failed'

/** Error of the embedded PostgreSQL. The message tells the operator what failed and what to do. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError'
  readonly code: EmbeddedPostgresErrorCode

  constructor(code: EmbeddedPostgresErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
