/** Why the schema cannot be brought up to date: a sentence for the operator. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError'
}
