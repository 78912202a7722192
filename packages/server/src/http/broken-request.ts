import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { HeadgateError, type ErrorCode } from '@headgate/errors'
import { errorResponse } from './error-response.ts'

/** Returns the response to a malformed request. */
export type Refuse = (error: HeadgateError) => {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Last request of a connection, with its response. */
export interface Serving {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

const lingerMs = 1_000

/** Returns the response of the catalog to a malformed request: status, headers and the Iceberg REST error body. */
export function refuseForCatalog(error: HeadgateError): ReturnType<Refuse> {
  const { status, headers, body } = errorResponse(error, 'GET')
  return { status, headers: headers ?? {}, body: String(body) }
}

/** Answers a request that the HTTP parser refused (`clientError`). */
export function respondToBrokenRequest(
  error: Error & { code?: string },
  socket: Socket,
  { last, refuse }: { readonly last: Serving | undefined; readonly refuse: Refuse },
): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  if (last?.request.complete === true && !last.response.writableFinished) {
    // The malformed text follows a complete request that is still running. The client would take a response 400
    // for the response to that request.
    last.response.once('close', () => socket.destroy())
    return
  }
  if (last?.response.headersSent === true && !last.request.complete) {
    // The malformed bytes are the rest of a request whose response has already begun. The server sends no second
    // response: it closes the connection after the response.
    socket.destroySoon()
    return
  }
  writeResponse(socket, refuse(new HeadgateError(...explain(error.code))))
}

/** Writes a response to the socket: when the HTTP parser refuses a request, no response object exists. */
export function writeResponse(socket: Socket, { status, headers, body }: ReturnType<Refuse>): void {
  const lines = Object.entries({
    ...headers,
    connection: 'close',
    'content-length': String(Buffer.byteLength(body)),
  })
  socket.on('error', () => undefined)
  socket.end(
    `HTTP/1.1 ${status} Error\r\n${lines.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n${body}`,
  )
  // The client has a short time to read the response; no other code watches the connection any more.
  setTimeout(() => socket.destroy(), lingerMs).unref()
}

function explain(code: string | undefined): [ErrorCode, string] {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return ['header-too-large', 'The headers exceed the limit (HEADGATE_MAX_HEADER_BYTES).']
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return ['request-timeout', 'The request did not arrive in time (HEADGATE_REQUEST_TIMEOUT_MS).']
    default:
      return ['bad-request', 'This is not an HTTP/1.1 request.']
  }
}
