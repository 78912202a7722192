/** Error of a file that violates the Avro specification or exceeds a limit. */
export class AvroError extends Error {
  override readonly name = 'AvroError'
}
