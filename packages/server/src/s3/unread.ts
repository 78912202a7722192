import type { IncomingMessage, ServerResponse } from 'node:http'
import { endUnread } from '../http/unread.ts'
import { expectsContinue } from './receive.ts'

const smallBytes = 64 * 1024

/** Whether the rest of a body is so small, and so surely on its way, that the connection can be used again. */
export function keepsConnection(request: IncomingMessage): boolean {
  return !expectsContinue(request) && Number(request.headers['content-length'] ?? Infinity) <= smallBytes
}

/** Ends an answer while the client may still be sending. */
export async function finishUnread(
  request: IncomingMessage,
  response: ServerResponse,
  document: string,
): Promise<void> {
  if (document === '') response.flushHeaders()
  else response.write(document)
  await endUnread(request, response)
}
