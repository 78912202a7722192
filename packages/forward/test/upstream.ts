import { createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'

/**
 * TCP server in the role of the upstream. It records all received bytes, and responds to each complete request with
 * bytes of the test.
 */
export interface TestUpstream extends AsyncDisposable {
  readonly url: string
  /** Returns all received bytes, one connection after another. */
  readonly received: () => string
  readonly connections: () => number
}

/**
 * Starts a TCP server in the role of the upstream.
 *
 * @param response returns the bytes of the response to the received text of a request, or undefined to wait for
 *   more bytes
 */
export async function testUpstream(
  response: (soFar: string, socket: Socket) => string | Buffer | undefined,
): Promise<TestUpstream> {
  const pieces: { text: string }[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    const piece = { text: '' }
    let answered = 0
    pieces.push(piece)
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (bytes) => {
      piece.text += bytes.toString('latin1')
      const rest = piece.text.slice(answered)
      const said = wholeRequest(rest) ? response(rest, socket) : undefined
      if (said === undefined) return
      answered = piece.text.length
      socket.write(said)
    })
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: () => pieces.map(({ text }) => text).join(''),
    connections: () => pieces.length,
    [Symbol.asyncDispose]: async () => {
      const closed = Promise.withResolvers<void>()
      server.close(() => closed.resolve())
      for (const socket of sockets) socket.destroy()
      await closed.promise
    },
  }
}

function wholeRequest(text: string): boolean {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return false
  const length = Number(/^content-length: (\d+)/im.exec(text)?.[1] ?? 0)
  const chunked = /^transfer-encoding: chunked/im.test(text)
  return chunked ? text.endsWith('0\r\n\r\n') : text.length >= end + 4 + length
}

/** Sends a response with a JSON body. */
export function jsonResponse(body: string, headers: readonly string[] = [], status = '200 OK'): string {
  const lines = [
    `HTTP/1.1 ${status}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]
  return `${[...lines, ...headers].join('\r\n')}\r\n\r\n${body}`
}
