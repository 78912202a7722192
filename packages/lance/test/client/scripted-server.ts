import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parse, stringify, type Json, type JsonObject } from '@headgate/json'
import type { ConnectOptions } from '../../src/client/connect.ts'
import { LanceNamespace } from '../../src/client/lance-namespace.ts'

export interface Seen {
  readonly method: string
  /** Path and query, as they came. */
  readonly target: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly bytes: Uint8Array
  /** The body, if it is JSON. */
  readonly json: Json | undefined
}

export interface Reply {
  /** Default: 200. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: Json
  readonly body?: string | Uint8Array
  /** Break the connection, after the head and what there is of the body. */
  readonly hangUp?: boolean
  /** Send the head and the body, and never the end. */
  readonly stall?: boolean
}

/** An HTTP server that answers what a test says, and keeps what it saw. */
export class ScriptedServer implements AsyncDisposable {
  readonly seen: Seen[] = []
  url = ''
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  static async start(answer: (seen: Seen) => Reply | Promise<Reply>): Promise<ScriptedServer> {
    const server = createServer()
    const scripted = new ScriptedServer(server)
    server.on('request', (request, response) => {
      void (async () => {
        const bytes = await bytesOf(request).catch(() => undefined)
        if (bytes === undefined) return
        const { method = '', url: target = '', headers } = request
        const seen = { method, target, headers, bytes, json: jsonOf(headers['content-type'], bytes) }
        scripted.seen.push(seen)
        send(response, await answer(seen))
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

function send(response: ServerResponse, { status = 200, json, hangUp, stall, headers, body }: Reply): void {
  const text = body ?? (json === undefined ? '' : stringify(json))
  if (hangUp === true && text === '') response.destroy()
  if (response.destroyed) return
  response.writeHead(status, { ...(text !== '' && { 'content-type': 'application/json' }), ...headers })
  response.write(text)
  if (hangUp === true) setTimeout(() => response.destroy(), 10)
  else if (stall !== true) response.end()
}

async function bytesOf(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const jsonOf = (type: string | undefined, bytes: Uint8Array): Json | undefined =>
  type === 'application/json' && bytes.length > 0 ? parse(new TextDecoder().decode(bytes)) : undefined

export interface TestNamespace extends AsyncDisposable {
  readonly lance: LanceNamespace
  readonly url: string
  readonly seen: readonly Seen[]
  /** `METHOD target` of each request. */
  targets(): readonly string[]
}

export interface TestNamespaceOptions extends Partial<ConnectOptions> {
  answer(seen: Seen): Reply | Promise<Reply>
}

/** A client that is connected to a server which answers what the test says. It waits a millisecond before it tries again. */
export async function testNamespace({ answer, ...options }: TestNamespaceOptions): Promise<TestNamespace> {
  const server = await ScriptedServer.start(answer)
  const lance = await LanceNamespace.connect({ uri: server.url, firstRetryMs: 1, ...options })
  return {
    lance,
    url: server.url,
    seen: server.seen,
    targets: () => server.seen.map(({ method, target }) => `${method} ${target}`),
    async [Symbol.asyncDispose]() {
      await lance[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

/** One answer after the other, the last one for ever. */
export function inTurn(...replies: readonly Reply[]): () => Reply {
  let count = 0
  return () => replies[Math.min(count++, replies.length - 1)] ?? {}
}

export const problem = (status: number, code: number, error = 'a message', more: JsonObject = {}): Reply => ({
  status,
  json: { error, code, ...more },
})

export const id = ['sales', 'orders'] as const

/** Everything that comes. */
export async function gathered<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

/** Waits until it holds. */
export async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds()); tries++) {
    if (tries > 500) throw new Error('this never happened')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
