import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Request that the upstream received. */
export interface Recorded {
  readonly method: string
  /** Path with query, as it was received. */
  readonly path: string
  readonly authorization: string
  readonly body: string
}

/** Writes a response instead of the catalog behind. */
export type HostileAnswer = (response: ServerResponse) => void

/** Returns the answer to a request, or null to forward it to the catalog behind. */
export type Decide = (request: Recorded) => HostileAnswer | null

/** HTTP server in front of a catalog. It records every request, and can answer requests itself. */
export interface InstrumentedUpstream extends AsyncDisposable {
  readonly url: string
  readonly host: string
  readonly requests: Recorded[]
  decide(decide: Decide): void
  /** Forwards all requests again. */
  reset(): void
}

const forwardAll: Decide = () => null

/** @param target origin of the catalog behind */
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
