import type { ServerResponse } from 'node:http'
import type { HeadgateError } from '@headgate/errors'
import { errorAnswer } from './error-answer.ts'
import type { Protocol } from './protocol.ts'

/** Tells the client, if it can still be told: otherwise the answer breaks off, so that it is not taken for whole. */
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
  // A body that was not read to its end must not be taken for the next request.
  const length = String(Buffer.byteLength(body))
  response.writeHead(status, [...headers.flat(), 'Content-Length', length, 'Connection', 'close'])
  response.end(method === 'HEAD' ? undefined : body)
}
