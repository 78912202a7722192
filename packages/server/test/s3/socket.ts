import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

/** Sends these chunks (numbers are pauses in ms), and returns the response up to `until` or its end. */
export async function talk(
  port: number,
  pieces: readonly (string | Uint8Array | number)[],
  options: { readonly until?: RegExp; readonly timeoutMs?: number } = {},
): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  let seen: (() => void) | undefined
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
    if (options.until?.test(text) === true) seen?.()
  })
  // The server may close the connection while the client still sends a refused body.
  socket.on('error', () => undefined)
  const closed = once(socket, 'close')
  const found = new Promise<void>((resolve) => {
    seen = resolve
  })
  for (const piece of pieces) {
    if (socket.destroyed) break
    if (typeof piece === 'number') await sleep(piece)
    else if (!socket.write(piece)) await Promise.race([once(socket, 'drain').catch(() => undefined), closed])
  }
  await Promise.race([closed, found, sleep(options.timeoutMs ?? 5_000)])
  socket.destroy()
  return text
}

export function open(port: number): Socket {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  return socket
}
