import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

export interface ScriptedRequest {
  readonly method: string
  /** Path and query of the request. */
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

export type ScriptedResponse = (response: ServerResponse, request: ScriptedRequest) => void

/**
 * HTTP server in the role of an S3 store, with responses that a test sets. Each request receives the next response,
 * and further requests receive the last response again.
 */
export class ScriptedS3 implements AsyncDisposable {
  readonly requests: ScriptedRequest[] = []
  readonly #server: Server
  #responses: ScriptedResponse[] = []

  private constructor(server: Server) {
    this.#server = server
    server.on('request', (request, response) => {
      this.#take(request, response).catch(() => response.destroy())
    })
  }

  static async start(...responses: ScriptedResponse[]): Promise<ScriptedS3> {
    const server = createServer()
    const scripted = new ScriptedS3(server)
    scripted.respond(...responses)
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    return scripted
  }

  /** Replaces the responses that were not sent yet. */
  respond(...responses: ScriptedResponse[]): void {
    this.#responses = responses
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
    const respond = this.#responses.length > 1 ? this.#responses.shift() : this.#responses[0]
    if (respond === undefined) throw new Error('No response is left')
    respond(response, seen)
  }
}

export function ok(body = '', headers: Record<string, string> = {}): ScriptedResponse {
  return (response) => {
    const length = { 'content-length': String(Buffer.byteLength(body)) }
    response
      .writeHead(200, { etag: '"e1"', 'last-modified': new Date(0).toUTCString(), ...length, ...headers })
      .end(body)
  }
}

/** Creates an error response with an S3 error document. For HEAD, Node omits the body. */
export function failure(
  status: number,
  code: string,
  headers: Record<string, string> = {},
): ScriptedResponse {
  const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>scripted</Message></Error>`
  return (response) =>
    void response.writeHead(status, { 'content-type': 'application/xml', ...headers }).end(body)
}

export function hang(): ScriptedResponse {
  return () => undefined
}

export function reset(): ScriptedResponse {
  return (response) => void response.socket?.resetAndDestroy()
}

/** Creates a response that announces a longer body than it sends, and then resets the connection or stops. */
export function partial(body: string, length: number, end: 'reset' | 'hang'): ScriptedResponse {
  return (response) => {
    response.writeHead(200, { etag: '"e1"', 'content-length': String(length) })
    response.write(body, () => {
      if (end === 'reset') setTimeout(() => response.socket?.resetAndDestroy(), 20)
    })
  }
}
