import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Serves on a free loopback port until this program ends. Returns the URL. */
export async function serveLocally(
  handle: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>,
): Promise<string> {
  const server = createServer((request, response) => {
    // Closes the connection if the handler fails, because the target server may be down.
    void Promise.resolve(handle(request, response)).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // The server must not keep this program running.
  server.unref()
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
