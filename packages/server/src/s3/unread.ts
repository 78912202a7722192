import type { IncomingMessage, ServerResponse } from 'node:http'
import { expectsContinue } from './receive.ts'

const smallBytes = 64 * 1024
const lingerMs = 2_000
const lingerBytes = 16 * 1024 * 1024

/** True while bytes of the request's body are still to come. */
export function isUnread(request: IncomingMessage): boolean {
  const { headers } = request
  const hasBody = headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
  return hasBody && !request.complete
}

/** Whether the rest of a body is so small, and so surely on its way, that the connection can be used again. */
export function keepsConnection(request: IncomingMessage): boolean {
  return !expectsContinue(request) && Number(request.headers['content-length'] ?? Infinity) <= smallBytes
}

/**
 * Ends an answer while the client may still be sending. To hang up at once would reset the connection, and most clients
 * would then report that instead of the answer; so what comes is thrown away, for a moment and up to a limit.
 */
export async function finishUnread(
  request: IncomingMessage,
  response: ServerResponse,
  document: string,
): Promise<void> {
  if (document === '') response.flushHeaders()
  else response.write(document)
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
