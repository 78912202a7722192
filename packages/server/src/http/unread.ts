import type { IncomingMessage, ServerResponse } from 'node:http'

const lingerMs = 2_000
const lingerBytes = 64 * 1024 * 1024

/** True while bytes of the request's body are still to come. */
export function isUnread(request: IncomingMessage): boolean {
  const { headers } = request
  const hasBody = headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
  return hasBody && !request.complete
}

/**
 * Ends an answer, all of which has been written, while the client may still be sending. To hang up at once would reset
 * the connection, and most clients would then report that instead of the answer (RFC 9112 section 9.6); so what comes is
 * thrown away, for a moment and up to a limit. Never throws.
 */
export async function endUnread(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, lingerMs)
  let thrownAway = 0
  // A reader that gave up while waiting has left its listener, which would keep the data from flowing.
  request.removeAllListeners('readable')
  request.on('data', (chunk: Buffer) => {
    thrownAway += chunk.length
    if (thrownAway > lingerBytes) resolve()
  })
  request.once('end', resolve)
  request.once('close', resolve)
  response.once('close', resolve)
  request.resume()
  await promise
  clearTimeout(timer)
  const cut = !request.complete
  response.end(() => {
    if (cut) request.socket.destroySoon()
  })
}
