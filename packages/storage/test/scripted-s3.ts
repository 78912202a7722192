import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

export interface ScriptedRequest {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

export type ScriptedAnswer = (response: ServerResponse, request: ScriptedRequest) => void

/**
 * HTTP server with the responses of an S3 store that a test sets: each request gets the next response, and all later
 * requests get the last one.
 */
export class ScriptedS3 implements AsyncDisposable {
  readonly requests: ScriptedRequest[] = []
  readonly #server: Server
  #answers: ScriptedAnswer[] = []

  private constructor(server: Server) {
    this.#server = server
    server.on('request', (request, response) => {
      this.#take(request, response).catch(() => response.destroy())
    })
  }

  static async start(...answers: ScriptedAnswer[]): Promise<ScriptedS3> {
    const server = createServer()
    const scripted = new ScriptedS3(server)
    scripted.answer(...answers)
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    return scripted
  }

  /** Replaces the remaining responses. */
  answer(...answers: ScriptedAnswer[]): void {
    this.#answers = answers
  }

  get port(): number {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('The server is closed')
    return address.port
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.#server.closeAllConnections()
    await closed
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await request.toArray())
    const { method = '', url = '', headers } = request
    const seen = { method, url, headers, body }
    this.requests.push(seen)
    const answer = this.#answers.length > 1 ? this.#answers.shift() : this.#answers[0]
    if (answer === undefined) throw new Error('No answer is left')
    answer(response, seen)
  }
}

export function ok(body = '', headers: Record<string, string> = {}): ScriptedAnswer {
  return (response) => {
    const length = { 'content-length': String(Buffer.byteLength(body)) }
    response
      .writeHead(200, { etag: '"e1"', 'last-modified': new Date(0).toUTCString(), ...length, ...headers })
      .end(body)
  }
}

/** Returns an S3 error document. For HEAD, Node omits the body. */
export function failure(status: number, code: string, headers: Record<string, string> = {}): ScriptedAnswer {
  const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>scripted</Message></Error>`
  return (response) =>
    void response.writeHead(status, { 'content-type': 'application/xml', ...headers }).end(body)
}

export function hang(): ScriptedAnswer {
  return () => undefined
}

export function reset(): ScriptedAnswer {
  return (response) => void response.socket?.resetAndDestroy()
}

/** Announces a longer body than it sends, and then resets the connection or hangs. */
export function partial(body: string, length: number, end: 'reset' | 'hang'): ScriptedAnswer {
  return (response) => {
    response.writeHead(200, { etag: '"e1"', 'content-length': String(length) })
    response.write(body, () => {
      if (end === 'reset') setTimeout(() => response.socket?.resetAndDestroy(), 20)
    })
  }
}
