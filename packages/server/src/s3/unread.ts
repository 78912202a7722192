import type { IncomingMessage, ServerResponse } from 'node:http'
import { endUnread } from '../operation/unread.ts'
import { expectsContinue } from './receive.ts'

const smallBytes = 64 * 1024

/**
 * Returns whether the unread rest of a request body is so small that the server reads it and keeps the connection
 * open after the response.
 */
export function keepsConnection(request: IncomingMessage): boolean {
  return !expectsContinue(request) && Number(request.headers['content-length'] ?? Infinity) <= smallBytes
}

/** Ends a response while the client may still be sending its request body. */
export async function finishUnread(
  request: IncomingMessage,
  response: ServerResponse,
  document: string,
): Promise<void> {
  if (document === '') response.flushHeaders()
  else response.write(document)
  await endUnread(request, response)
}
