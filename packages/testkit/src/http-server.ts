import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** HTTP request that the test server received. */
export interface ReceivedRequest {
  readonly method: string
  readonly target: string
  readonly headers: IncomingMessage['headers']
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
}

/** HTTP server on the loopback interface that records the requests that it receives. */
export interface HttpTestServer extends AsyncDisposable {
  readonly url: string
  readonly received: readonly ReceivedRequest[]
}

/** Starts a server on loopback that records each request and passes it to `respond`, which sends the response. */
export async function startHttpServer(
  respond: (request: ReceivedRequest, response: ServerResponse) => void | Promise<void>,
): Promise<HttpTestServer> {
  const received: ReceivedRequest[] = []
  const server = createServer((incoming, response) => {
    void (async () => {
      const chunks: Buffer[] = []
      for await (const chunk of incoming) chunks.push(chunk as Buffer)
      const { method = '', url: target = '', headers, rawHeaders } = incoming
      const request = { method, target, headers, rawHeaders, body: Buffer.concat(chunks) }
      received.push(request)
      await respond(request, response)
    })()
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    [Symbol.asyncDispose]: async () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      server.close(() => resolve())
      server.closeAllConnections()
      await promise
    },
  }
}
