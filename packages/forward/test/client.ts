import { connect } from 'node:net'

/** Sends bytes and returns the bytes that are received until the connection closes, or until they contain `until`. */
export async function sendRaw(url: string, bytes: string, until?: string): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  const { promise, resolve } = Promise.withResolvers<string>()
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
    if (until !== undefined && text.includes(until)) socket.destroy()
  })
  socket.on('error', () => {})
  socket.on('close', () => resolve(text))
  socket.setTimeout(5_000, () => socket.destroy())
  socket.write(bytes, 'latin1')
  return await promise
}

/** Returns the text of a request line and headers for a request to a proxy, with the header `Connection: close`. */
export function head(url: string, line: string, ...headers: readonly string[]): string {
  return `${[`${line} HTTP/1.1`, `Host: ${new URL(url).host}`, ...headers, 'Connection: close'].join('\r\n')}\r\n\r\n`
}
