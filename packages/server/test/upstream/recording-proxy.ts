import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Request that the proxy received. */
export interface RecordedRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** Status of the response of the target. Absent until it has responded. */
  status?: number
}

/**
 * Decides what happens with one request: `forward` it; `lose` its response after it was executed; `cut` its connection
 * before it is executed; `hold` it without a response, or `execute` it without a response; or answer it.
 */
export type Interception =
  | 'forward'
  | 'lose'
  | 'cut'
  | 'hold'
  | 'execute'
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body: string }

/** HTTP proxy in front of an upstream that records all requests, and can lose or replace responses. */
export interface RecordingProxy extends AsyncDisposable {
  readonly url: string
  readonly requests: RecordedRequest[]
  /** Replaces the function that decides about each request. */
  intercept(decide: Intercept): void
}

type Intercept = (request: RecordedRequest) => Interception | Promise<Interception>

/**
 * Starts a proxy to a server.
 *
 * @param findTarget URL of the server, or a function that returns it for each request
 */
export async function recordingProxy(findTarget: string | (() => string)): Promise<RecordingProxy> {
  const requests: RecordedRequest[] = []
  let decide: Intercept = () => 'forward'
  const server = createServer((incoming, response) => {
    void handle(incoming, response)
  })
  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const { method = '', url: path = '', headers } = incoming
    const recorded: RecordedRequest = { method, path, headers, body: Buffer.concat(chunks).toString() }
    requests.push(recorded)
    const what = await decide(recorded)
    const target = typeof findTarget === 'string' ? findTarget : findTarget()
    if (typeof what === 'object') {
      response.writeHead(what.status, { ...what.headers }).end(what.body)
      return
    }
    if (what === 'hold') return
    if (what === 'cut') {
      incoming.socket.destroy()
      return
    }
    const options = { method, headers: { ...headers, host: new URL(target).host } }
    const outgoing = request(`${target}${path}`, options, (answer) => {
      recorded.status = answer.statusCode ?? 0
      if (what === 'execute') {
        answer.resume()
        return
      }
      if (what === 'lose') {
        answer.resume().on('end', () => incoming.socket.destroy())
        return
      }
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    outgoing.on('error', () => incoming.socket.destroy())
    outgoing.end(recorded.body)
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    intercept: (next) => {
      decide = next
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
