/**
 * Error of a file that violates the Avro specification or exceeds a limit. The message is the end of a sentence that
 * begins with the name of the file, such as "contains a damaged block".
 *
 * @example
 * ```ts
 * const entries = readManifest(Readable.from([Buffer.from('not a manifest')]))
 * const failure = await entries[Symbol.asyncIterator]().next().catch((error: unknown) => error)
 * failure instanceof AvroError // true
 * ```
 */
export class AvroError extends Error {
  override readonly name = 'AvroError'
}
