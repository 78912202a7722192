/** Length in bytes above which `LinePasser` forwards a line in parts. */
const longestLineBytes = 1024 ** 2
const newline = 0x0a

/**
 * Forwards the output of several processes to one stream in complete lines. If the processes wrote to one pipe
 * themselves, the system would mix parts of lines that are longer than the size of an atomic write.
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
      // Completes the last line of a process that was killed while it wrote the line.
      if (rest.length > 0) this.#write(Buffer.concat([rest, Buffer.of(newline)]))
    })
    if (this.#full) from.pause()
  }

  /** Writes complete lines, and pauses the output of all processes while the reader of the stream is slow. */
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
