import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parse, stringify, type Json, type JsonObject } from '@headgate/json'
import type { ConnectOptions } from '../../src/client/connect.ts'
import { LanceNamespace } from '../../src/client/lance-namespace.ts'

/** Request that the server received. */
export interface ReceivedRequest {
  readonly method: string
  /** Path and query of the request, not decoded. */
  readonly target: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly bytes: Uint8Array
  /** Body of the request as JSON. Undefined if it is not JSON. */
  readonly json: Json | undefined
}

/** Response that a test makes the server send. */
export interface Reply {
  /** HTTP status. Default: 200. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: Json
  readonly body?: string | Uint8Array
  /** Whether to close the connection instead of completing the response. Default: false. */
  readonly disconnect?: boolean
  /** Whether to send the headers and the body without completing the response. Default: false. */
  readonly stall?: boolean
}

/** HTTP server whose responses a test determines. Records the requests. */
export class ScriptedServer implements AsyncDisposable {
  readonly requests: ReceivedRequest[] = []
  url = ''
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  static async start(
    respond: (received: ReceivedRequest) => Reply | Promise<Reply>,
  ): Promise<ScriptedServer> {
    const server = createServer()
    const scripted = new ScriptedServer(server)
    server.on('request', (request, response) => {
      void (async () => {
        const bytes = await readBytes(request).catch(() => undefined)
        if (bytes === undefined) return
        const { method = '', url: target = '', headers } = request
        const received = { method, target, headers, bytes, json: parseJson(headers['content-type'], bytes) }
        scripted.requests.push(received)
        send(response, await respond(received))
      })()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    scripted.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    return scripted
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }
}

function send(
  response: ServerResponse,
  { status = 200, json, disconnect, stall, headers, body }: Reply,
): void {
  const text = body ?? (json === undefined ? '' : stringify(json))
  if (disconnect === true && text === '') response.destroy()
  if (response.destroyed) return
  response.writeHead(status, { ...(text !== '' && { 'content-type': 'application/json' }), ...headers })
  response.write(text)
  if (disconnect === true) setTimeout(() => response.destroy(), 10)
  else if (stall !== true) response.end()
}

async function readBytes(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const parseJson = (type: string | undefined, bytes: Uint8Array): Json | undefined =>
  type === 'application/json' && bytes.length > 0 ? parse(new TextDecoder().decode(bytes)) : undefined

/** Client that is connected to a scripted server. */
export interface TestNamespace extends AsyncDisposable {
  readonly lance: LanceNamespace
  readonly url: string
  readonly requests: readonly ReceivedRequest[]
  /** Returns the requests as texts in the form `METHOD target`. */
  targets(): readonly string[]
}

export interface TestNamespaceOptions extends Partial<ConnectOptions> {
  respond(request: ReceivedRequest): Reply | Promise<Reply>
}

/** Starts a scripted server, and connects a client that waits 1 ms before its first retry. */
export async function testNamespace({ respond, ...options }: TestNamespaceOptions): Promise<TestNamespace> {
  const server = await ScriptedServer.start(respond)
  const lance = await LanceNamespace.connect({ uri: server.url, firstRetryMs: 1, ...options })
  return {
    lance,
    url: server.url,
    requests: server.requests,
    targets: () => server.requests.map(({ method, target }) => `${method} ${target}`),
    async [Symbol.asyncDispose]() {
      await lance[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

/** Creates a function that returns the replies in sequence, and repeats the last reply. */
export function replyInOrder(...replies: readonly Reply[]): () => Reply {
  let count = 0
  return () => replies[Math.min(count++, replies.length - 1)] ?? {}
}

export const errorReply = (
  status: number,
  code: number,
  error = 'a message',
  more: JsonObject = {},
): Reply => ({
  status,
  json: { error, code, ...more },
})

export const id = ['sales', 'orders'] as const

/** Returns all items of an iteration. */
export async function collect<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

/** Waits until a condition is true. */
export async function waitUntil(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await condition()); tries++) {
    if (tries > 500) throw new Error('The condition did not become true in time')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
