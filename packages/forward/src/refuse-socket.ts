import type { Socket } from 'node:net'
import type { HeadgateError } from '@headgate/errors'
import { errorResponse } from './error-response.ts'

/**
 * Writes an error response to the socket, for input that is not an HTTP request and for CONNECT requests, for which
 * Node provides no response object.
 */
export function refuseSocket(socket: Socket, error: HeadgateError): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const { status, headers, body } = errorResponse(error, 'iceberg', 'GET')
  const lines = [...headers, ['Content-Length', String(Buffer.byteLength(body))], ['Connection', 'close']]
  socket.on('error', () => undefined)
  socket.end(
    `HTTP/1.1 ${status} Error\r\n${lines.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n${body}`,
  )
  setTimeout(() => socket.destroy(), 1_000).unref()
}
