import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parse, stringify, type Json } from '@headgate/json'

export interface Seen {
  readonly method: string
  /** Path and query, as they came. */
  readonly target: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly json: Json
}

export interface Reply {
  /** Default: 200. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: Json
  readonly text?: string
  /** Break the connection instead of answering. */
  readonly hangUp?: boolean
}

/** An HTTP server that answers what a test says, and keeps what it saw. */
export class ScriptedServer implements AsyncDisposable {
  readonly seen: Seen[] = []
  /** Requests whose answers have not left. */
  open = 0
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  static async start(answer: (seen: Seen) => Reply | Promise<Reply>): Promise<ScriptedServer> {
    const server = createServer()
    const scripted = new ScriptedServer(server)
    server.on('request', (request, response) => {
      scripted.open += 1
      response.once('close', () => (scripted.open -= 1))
      void (async () => {
        const text = await textOf(request)
        const { method = '', url: target = '', headers } = request
        const seen = { method, target, headers, json: text === '' ? null : parse(text) }
        scripted.seen.push(seen)
        const reply = await answer(seen)
        if (reply.hangUp === true) return response.destroy()
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

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
