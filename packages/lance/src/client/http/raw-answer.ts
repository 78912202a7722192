/** What came back. */
export interface RawAnswer {
  readonly status: number
  readonly headers: Headers
  /** Read to its end; empty when it is still to come. */
  readonly body: Uint8Array
  /** What is still to come, of a success that was asked for as a stream. */
  readonly stream?: ReadableStream<Uint8Array<ArrayBuffer>>
}
