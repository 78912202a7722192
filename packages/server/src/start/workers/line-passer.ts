/** Length in bytes above which a line is forwarded in parts. */
const longestLineBytes = 1024 ** 2
const newline = 0x0a

/**
 * Forwards the output of several processes in whole lines. If they wrote to one pipe, their lines would be mixed as soon as
 * one is longer than the system writes atomically.
 */
export class LinePasser {
  readonly #to: NodeJS.WritableStream
  readonly #from = new Set<NodeJS.ReadableStream>()
  #full = false

  constructor(to: NodeJS.WritableStream) {
    this.#to = to
  }

  pass(from: NodeJS.ReadableStream): void {
    let rest: Buffer = Buffer.alloc(0)
    this.#from.add(from)
    from.on('data', (chunk: Buffer) => {
      const end = chunk.lastIndexOf(newline) + 1
      if (end > 0) {
        this.#write(
          rest.length === 0 ? chunk.subarray(0, end) : Buffer.concat([rest, chunk.subarray(0, end)]),
        )
        rest = chunk.subarray(end)
      } else if (chunk.length > 0) rest = Buffer.concat([rest, chunk])
      if (rest.length > longestLineBytes) {
        this.#write(rest)
        rest = Buffer.alloc(0)
      }
    })
    from.on('close', () => {
      this.#from.delete(from)
      // The process was killed in the middle of a line.
      if (rest.length > 0) this.#write(Buffer.concat([rest, Buffer.of(newline)]))
    })
    if (this.#full) from.pause()
  }

  /** Pauses the processes while the reader is slow. */
  #write(lines: Buffer): void {
    if (this.#to.write(lines) || this.#full) return
    this.#full = true
    for (const from of this.#from) from.pause()
    this.#to.once('drain', () => {
      this.#full = false
      for (const from of this.#from) from.resume()
    })
  }
}
