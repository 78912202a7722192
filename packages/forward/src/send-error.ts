import type { ServerResponse } from 'node:http'
import type { HeadgateError } from '@headgate/errors'
import { errorAnswer } from './error-answer.ts'
import type { Protocol } from './protocol.ts'

/** Sends an error. After the head of a response, breaks the connection instead, so that the response is not complete. */
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
  const { status, headers, body } = errorAnswer(error, protocol, method)
  // The rest of an unread body must not be parsed as the next request.
  const length = String(Buffer.byteLength(body))
  response.writeHead(status, [...headers.flat(), 'Content-Length', length, 'Connection', 'close'])
  response.end(method === 'HEAD' ? undefined : body)
}
