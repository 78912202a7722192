import { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** What the driver ends waits for the other end to say goodbye, which one that hangs never does. */
const patienceMs = 2_000

/** The sockets of connections to the database. */
export class Sockets {
  readonly #open = new Set<Socket>()

  /** A socket for the driver, to be given to it as `stream`. */
  readonly make = (): Socket => {
    const socket = new Socket()
    this.#open.add(socket)
    socket.once('close', () => this.#open.delete(socket))
    return socket
  }

  /** Waits until connections have ended, but not for long: what is left is cut, and what waits for an answer on it fails. */
  async cutAfter(ended: Promise<unknown>): Promise<void> {
    const patience = new AbortController()
    const { signal } = patience
    await Promise.race([ended, sleep(patienceMs, undefined, { signal }).catch(() => undefined)])
    patience.abort()
    for (const socket of this.#open) socket.destroy()
  }
}
