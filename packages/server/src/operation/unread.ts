import type { IncomingMessage, ServerResponse } from 'node:http'

/** Maximum time in ms for which the rest of a body is discarded. */
const lingerMs = 2_000
const lingerBytes = 64 * 1024 * 1024

/** Returns true while the request body has not arrived completely. */
export function isUnread(request: IncomingMessage): boolean {
  const { headers } = request
  const hasBody = headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
  return hasBody && !request.complete
}

/**
 * Ends a response, all of which has been written, while the client may still be sending its body. If the server closed the
 * connection at once, it would be reset, and most clients would report the reset instead of the response (RFC 9112 section
 * 9.6). So the rest of the body is discarded, up to a limit of time and size. Never throws.
 */
export async function endUnread(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, lingerMs)
  let discarded = 0
  // The listener of a reader that stopped early would keep the stream from flowing.
  request.removeAllListeners('readable')
  request.on('data', (chunk: Buffer) => {
    discarded += chunk.length
    if (discarded > lingerBytes) resolve()
  })
  request.once('end', resolve)
  request.once('close', resolve)
  response.once('close', resolve)
  request.resume()
  await promise
  clearTimeout(timer)
  const isTruncated = !request.complete
  response.end(() => {
    if (isTruncated) request.socket.destroySoon()
  })
}
