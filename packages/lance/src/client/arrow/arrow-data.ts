/**
 * Rows to upload, as an Arrow IPC stream: bytes, or a stream of them in pieces of any size. No library is needed; with
 * apache-arrow it is what `tableToIPC(table, 'stream')` gives, or a `RecordBatchStreamWriter`.
 *
 * A stream can be read once, so that a request with one is never sent again: after a refusal that a new token would
 * mend, the caller has to come again. A function that opens it anew lifts that.
 */
export type ArrowData = Uint8Array | ArrayBuffer | ArrowStream | (() => ArrowStream) | ArrowSource

/** The bytes of an Arrow IPC stream, in pieces of any size. */
export type ArrowStream = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>

/** A stream that can be opened anew, with what a signature needs to know of it beforehand. */
export interface ArrowSource {
  readonly open: () => ArrowStream
  /** SHA-256 of its bytes, 64 lower-case hexadecimal digits: for providers that sign bodies. */
  readonly sha256?: string
  /** In bytes. */
  readonly length?: number
}
