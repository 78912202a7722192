import { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Maximum time in ms to wait until the driver has closed all connections. The limit is necessary because an
 * unresponsive server never closes its side.
 */
const patienceMs = 2_000

/** All open sockets of connections to the database. */
export class Sockets {
  readonly #open = new Set<Socket>()

  /** Creates a socket for the driver, which calls this function as its option `stream`. */
  readonly make = (): Socket => {
    const socket = new Socket()
    this.#open.add(socket)
    socket.once('close', () => this.#open.delete(socket))
    return socket
  }

  /**
   * Waits up to `patienceMs` until the connections have ended, then destroys the remaining sockets, so that
   * statements in progress fail.
   */
  async cutAfter(ended: Promise<unknown>): Promise<void> {
    const patience = new AbortController()
    const { signal } = patience
    await Promise.race([ended, sleep(patienceMs, undefined, { signal }).catch(() => undefined)])
    patience.abort()
    for (const socket of this.#open) socket.destroy()
  }
}
