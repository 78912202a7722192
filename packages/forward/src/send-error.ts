import type { ServerResponse } from 'node:http'
import type { HeadgateError } from '@headgate/errors'
import { errorResponse } from './error-response.ts'
import type { Protocol } from './protocol.ts'

/**
 * Sends an error response. If the head of another response was already sent, closes the connection instead, so that
 * the client detects that the response is incomplete.
 */
export function sendError(
  response: ServerResponse,
  error: HeadgateError,
  protocol: Protocol,
  method: string,
): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const { status, headers, body } = errorResponse(error, protocol, method)
  // The connection closes after the response, because the unread rest of the request body would be parsed as the next
  // request.
  const length = String(Buffer.byteLength(body))
  response.writeHead(status, [...headers.flat(), 'Content-Length', length, 'Connection', 'close'])
  response.end(method === 'HEAD' ? undefined : body)
}
