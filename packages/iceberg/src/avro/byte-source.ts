import { AvroError } from './avro-error.ts'

/** Reads exact numbers of bytes from a stream of chunks. Buffers at most the requested bytes and one chunk. */
export class ByteSource implements AsyncDisposable {
  readonly #chunks: AsyncIterator<Uint8Array>
  #held: Buffer = Buffer.alloc(0)

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  async atEnd(): Promise<boolean> {
    return this.#held.length === 0 && !(await this.#more(1))
  }

  /**
   * Reads the next `length` bytes of the stream.
   *
   * @throws AvroError when the stream ends too early
   */
  async take(length: number): Promise<Buffer> {
    if (this.#held.length < length && !(await this.#more(length))) throw new AvroError('is truncated')
    const taken = this.#held.subarray(0, length)
    this.#held = this.#held.subarray(length)
    return taken
  }

  /** Reads a length or a count, which Avro encodes as a long. */
  async integer(): Promise<number> {
    let value = 0
    for (let index = 0; index < 10; index += 1) {
      const [byte = 0] = await this.take(1)
      value += (byte & 0x7f) * 2 ** (7 * index)
      if ((byte & 0x80) !== 0) continue
      if (value > Number.MAX_SAFE_INTEGER) break
      return value % 2 === 0 ? value / 2 : -(value + 1) / 2
    }
    throw new AvroError('contains an impossible length or count')
  }

  /** Releases the stream, even if it was not read completely. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#chunks.return?.()
  }

  /** Returns true when at least `length` bytes are buffered. */
  async #more(length: number): Promise<boolean> {
    const parts = [this.#held]
    let total = this.#held.length
    while (total < length) {
      const next = await this.#chunks.next()
      if (next.done === true) break
      const { buffer, byteOffset, byteLength } = next.value
      parts.push(Buffer.from(buffer, byteOffset, byteLength))
      total += byteLength
    }
    this.#held = parts.length === 1 ? this.#held : Buffer.concat(parts)
    return total >= length
  }
}
