/** Error that prevents the update of the database schema. Its message is a sentence for the operator. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError'
}
