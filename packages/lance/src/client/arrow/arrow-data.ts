/**
 * Rows to upload as an Arrow IPC stream: the bytes, or a stream of bytes in chunks of any size. apache-arrow is not
 * needed; with it, `tableToIPC(table, 'stream')` or a `RecordBatchStreamWriter` creates the bytes.
 *
 * A stream can be read only once, so a request with a stream is never sent again, not even with a new token after the
 * server refused an expired one. Pass a function that opens the stream to allow more attempts.
 */
export type ArrowData = Uint8Array | ArrayBuffer | ArrowStream | (() => ArrowStream) | ArrowSource

/** Bytes of an Arrow IPC stream, in chunks of any size. */
export type ArrowStream = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>

/**
 * Arrow stream that can be opened again for each attempt, with the hash and length that auth providers need to sign
 * its bytes.
 */
export interface ArrowSource {
  readonly open: () => ArrowStream
  /** SHA-256 of the bytes: 64 lower-case hexadecimal digits. Providers that sign bodies need it. */
  readonly sha256?: string
  /** Length in bytes. */
  readonly length?: number
}
