/**
 * Rows to upload, as an Arrow IPC stream: bytes, or a stream of them in pieces of any size. No library is needed; with
 * apache-arrow it is what `tableToIPC(table, 'stream')` gives, or a `RecordBatchStreamWriter`.
 *
 * A stream can be read once, so that a request with one is never sent again: after a refusal that a new token would
 * mend, the caller has to come again. A function that opens it anew lifts that.
 */
export type ArrowData = Uint8Array | ArrayBuffer | ArrowStream | (() => ArrowStream)

export type ArrowStream = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>
