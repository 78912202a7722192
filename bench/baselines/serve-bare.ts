import { createServer, type IncomingMessage } from 'node:http'

/**
 * Sends a body with the response headers of a catalog, so that the baseline sends as many bytes as the
 * catalog.
 *
 * @param zipped whether the body is compressed with gzip
 */
export type Respond = (body: Buffer, zipped: boolean) => void

/**
 * Starts a server on a free loopback port that uses only node:http, and prints `ready http://…`. All
 * responses have the same status.
 */
export function serveBare(
  handle: (request: IncomingMessage, response: Respond) => void | Promise<void>,
  status = 200,
): void {
  const server = createServer({ keepAliveTimeout: 65_000, noDelay: true }, (request, response) => {
    // The promise is not awaited, so an error becomes an unhandled rejection, which ends the process and the
    // benchmark run.
    void handle(request, (body, zipped) => {
      const headers: Record<string, string> = {
        'x-request-id': '00000000-0000-4000-8000-000000000000',
        'content-type': 'application/json',
        'cache-control': 'private, no-cache',
        vary: 'Authorization, Accept-Encoding',
        etag: '"XrY7u-Ae7tCTyyK7j1rNww0000000"',
      }
      if (zipped) headers['content-encoding'] = 'gzip'
      headers['content-length'] = String(body.length)
      response.writeHead(status, headers)
      response.end(body)
    })
  })
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    console.log(`ready http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`)
  })
}
