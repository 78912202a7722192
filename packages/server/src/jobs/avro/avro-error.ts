/** The bytes are not what the Avro specification wants, or over a limit. */
export class AvroError extends Error {
  override readonly name = 'AvroError'
}
