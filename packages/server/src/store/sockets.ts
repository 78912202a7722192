import { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** Time in ms to wait for the other end when the driver closes a connection. An unresponsive server never answers. */
const patienceMs = 2_000

/** The sockets of connections to the database. */
export class Sockets {
  readonly #open = new Set<Socket>()

  /** Creates a socket for the option `stream` of the driver. */
  readonly make = (): Socket => {
    const socket = new Socket()
    this.#open.add(socket)
    socket.once('close', () => this.#open.delete(socket))
    return socket
  }

  /**
   * Waits a short time for the end of the connections, then destroys the sockets. Statements in progress on them fail.
   */
  async cutAfter(ended: Promise<unknown>): Promise<void> {
    const patience = new AbortController()
    const { signal } = patience
    await Promise.race([ended, sleep(patienceMs, undefined, { signal }).catch(() => undefined)])
    patience.abort()
    for (const socket of this.#open) socket.destroy()
  }
}
