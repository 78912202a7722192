import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parse, stringify, type Json } from '@headgate/json'

export interface RecordedRequest {
  readonly method: string
  /** Path and query, not decoded. */
  readonly target: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly json: Json
}

export interface ScriptedResponse {
  /** HTTP status. Default: 200. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: Json
  readonly text?: string
  /** Whether the server closes the connection without a response. */
  readonly disconnect?: boolean
}

/** HTTP server whose responses a test determines. Records the requests. */
export class ScriptedServer implements AsyncDisposable {
  readonly requests: RecordedRequest[] = []
  /** Number of requests without a complete response. */
  openRequests = 0
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  static async start(
    respond: (request: RecordedRequest) => ScriptedResponse | Promise<ScriptedResponse>,
  ): Promise<ScriptedServer> {
    const server = createServer()
    const scripted = new ScriptedServer(server)
    server.on('request', (request, response) => {
      scripted.openRequests += 1
      response.once('close', () => (scripted.openRequests -= 1))
      void (async () => {
        const text = await readText(request)
        const { method = '', url: target = '', headers } = request
        const recorded = { method, target, headers, json: text === '' ? null : parse(text) }
        scripted.requests.push(recorded)
        const reply = await respond(recorded)
        if (reply.disconnect === true) return response.destroy()
        const body = reply.text ?? (reply.json === undefined ? '' : stringify(reply.json))
        response.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers })
        return response.end(method === 'HEAD' ? undefined : body)
      })()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return scripted
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    return new Promise((resolve, reject) =>
      this.#server.close((error) => (error === undefined ? resolve() : reject(error))),
    )
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
