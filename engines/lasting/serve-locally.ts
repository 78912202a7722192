import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Starts an HTTP server on a free loopback port, which runs until this program ends. Returns its URL. */
export async function serveLocally(
  handle: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>,
): Promise<string> {
  const server = createServer((request, response) => {
    // Closes the connection if the handler fails, for example because the target server is down.
    void Promise.resolve(handle(request, response)).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // The server does not keep this program running when all other work has ended.
  server.unref()
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
