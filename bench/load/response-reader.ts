const headEnd = '\r\n\r\n'

export interface ReadResponse {
  readonly status: number
  /** Total number of bytes of the response head and body. */
  readonly bytes: number
}

/**
 * Finds the end of each HTTP/1.1 response in the chunks that one connection receives. Discards the responses,
 * except the first bytes of a response whose status is not 2xx. Supports `Content-Length` and chunked bodies.
 * Only one request may be in progress on the connection.
 */
export class ResponseReader {
  #status = 0
  #bytes = 0
  #rest: Buffer | null = null
  /**
   * Number of bytes of the body that have not arrived yet. -1 while the head is read, -2 while a chunked body
   * is read.
   */
  #left = -1
  complaint: string | null = null

  /** Reads a chunk. Returns the response that is complete with this chunk, or null. */
  read(data: Buffer): ReadResponse | null {
    this.#bytes += data.length
    if (this.#left >= 0) return this.#count(data.length)
    if (this.#left === -2) return this.#chunked(data)
    return this.#head(this.#rest === null ? data : Buffer.concat([this.#rest, data]))
  }

  #head(data: Buffer): ReadResponse | null {
    const end = data.indexOf(headEnd)
    if (end < 0) {
      this.#rest = data
      return null
    }
    this.#rest = null
    const head = data.toString('latin1', 0, end + 2)
    this.#status = Number(head.slice(9, 12))
    const body = data.length - end - 4
    if (this.#status >= 300 && this.complaint === null)
      this.complaint = data.toString('latin1', 0, Math.min(data.length, end + 500))
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
    if (length !== undefined) {
      this.#left = Number(length)
      return this.#count(body)
    }
    if (this.#status === 204 || this.#status === 304) return this.#done()
    if (!/\r\ntransfer-encoding: *chunked/i.test(head))
      throw new Error(`the response has neither Content-Length nor a chunked body:\n${head}`)
    this.#left = -2
    return this.#chunked(data.subarray(end + 4))
  }

  #count(bytes: number): ReadResponse | null {
    this.#left -= bytes
    if (this.#left > 0) return null
    if (this.#left < 0) throw new Error('more bytes arrived than the Content-Length of the response states')
    return this.#done()
  }

  #chunked(data: Buffer): ReadResponse | null {
    let rest = this.#rest === null ? data : Buffer.concat([this.#rest, data])
    this.#rest = null
    for (;;) {
      const line = rest.indexOf('\r\n')
      const size = line < 0 ? Number.NaN : Number.parseInt(rest.toString('latin1', 0, line), 16)
      const next = line + 2 + size + 2
      if (line < 0 || rest.length < next) {
        this.#rest = rest
        return null
      }
      if (size === 0) return this.#done()
      rest = rest.subarray(next)
    }
  }

  #done(): ReadResponse {
    const response = { status: this.#status, bytes: this.#bytes }
    this.#left = -1
    this.#bytes = 0
    return response
  }
}
