import type { IncomingMessage, ServerResponse } from 'node:http'

const patienceMs = 2_000
/** Bytes. */
const mostOfIt = 64 * 1024 ** 2

/**
 * Ends an answer whose request is still arriving, with a body that nobody wants. To hang up on a client that sends
 * resets the connection, and it loses the answer before it reads it (RFC 9112 section 9.6). So what comes is dropped
 * until it ends, for a while and up to a limit. Call when the whole answer is written.
 */
export function endAfterRest(request: IncomingMessage, response: ServerResponse): void {
  let left = mostOfIt
  const onData = (chunk: Buffer): void => {
    left -= chunk.length
    if (left < 0) end()
  }
  const end = (): void => {
    clearTimeout(timer)
    request.off('data', onData).off('end', end).off('close', end)
    response.end()
  }
  const timer = setTimeout(end, patienceMs)
  request.on('data', onData).on('end', end).on('close', end)
  if (request.complete || request.destroyed) end()
  else request.resume()
}
