import type { IncomingMessage, ServerResponse } from 'node:http'
import { hasBody } from './read-body.ts'

/** Maximum time in ms for which the server reads and discards the rest of a request body. */
const lingerMs = 2_000
const lingerBytes = 64 * 1024 * 1024

/** Returns true when the server has not yet received the complete request body. */
export function isUnread(request: IncomingMessage): boolean {
  return hasBody(request) && !request.complete
}

/**
 * Ends a completely written response while the client may still be sending its request body. If the server closed the
 * connection immediately, TCP would reset it, and most clients would report the reset instead of the response (RFC
 * 9112 section 9.6). So the server reads and discards the rest of the body, up to a limit of time and size. Never
 * throws.
 */
export async function endUnread(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, lingerMs)
  let discarded = 0
  // Removes the listeners of a reader that stopped early, because the stream does not flow while it has a `readable`
  // listener.
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
