/** Reason why the schema cannot be updated: a sentence for the operator. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError'
}
