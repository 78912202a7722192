import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Request that the proxy in front of the upstream received. */
export interface Recorded {
  readonly method: string
  /** Path and query, exactly as they were received. */
  readonly path: string
  readonly authorization: string
  readonly body: string
}

/** Function that writes a hostile response in place of the response of the upstream catalog. */
export type HostileAnswer = (response: ServerResponse) => void

/** Returns the hostile answer to a request, or null to forward the request to the upstream catalog. */
export type Decide = (request: Recorded) => HostileAnswer | null

/** HTTP proxy in front of the upstream catalog. It records every request, and can answer requests itself. */
export interface InstrumentedUpstream extends AsyncDisposable {
  readonly url: string
  readonly host: string
  readonly requests: Recorded[]
  decide(decide: Decide): void
  /** Stops hostile answers, so that all requests are forwarded again. */
  reset(): void
}

const forwardAll: Decide = () => null

/**
 * Starts the proxy in front of the upstream catalog.
 *
 * @param target origin of the catalog behind
 */
export async function startInstrumented(target: string): Promise<InstrumentedUpstream> {
  const requests: Recorded[] = []
  let decide = forwardAll
  const server = createServer((incoming, response) => void handle(incoming, response))
  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readText(incoming)
    const { method = '', url: path = '', headers } = incoming
    const recorded = { method, path, authorization: headers.authorization ?? '', body }
    requests.push(recorded)
    const answer = decide(recorded)
    if (answer !== null) return answer(response)
    const outgoing = request(
      `${target}${path}`,
      { method, headers: { ...headers, host: new URL(target).host } },
      (received) => {
        response.writeHead(received.statusCode ?? 502, received.headers)
        received.pipe(response)
      },
    )
    outgoing.on('error', () => incoming.socket.destroy())
    outgoing.end(body)
  }
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: `http://${host}`,
    host,
    requests,
    decide: (next) => {
      decide = next
    },
    reset: () => {
      decide = forwardAll
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      const { promise: closed, resolve: close } = Promise.withResolvers<void>()
      server.close(() => close())
      await closed
    },
  }
}

async function readText(incoming: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of incoming) pieces.push(piece as Buffer)
  return Buffer.concat(pieces).toString()
}
