import type { IncomingMessage, ServerResponse } from 'node:http'
import { endUnread } from '../operation/unread.ts'
import { expectsContinue } from './receive.ts'

const smallBytes = 64 * 1024

/** Returns whether the rest of a body is so small that the connection can be used again after the response. */
export function keepsConnection(request: IncomingMessage): boolean {
  return !expectsContinue(request) && Number(request.headers['content-length'] ?? Infinity) <= smallBytes
}

/** Ends a response while the client may still be sending. */
export async function finishUnread(
  request: IncomingMessage,
  response: ServerResponse,
  document: string,
): Promise<void> {
  if (document === '') response.flushHeaders()
  else response.write(document)
  await endUnread(request, response)
}
