import cluster, { type Worker } from 'node:cluster'
import { HeadgateError } from '@headgate/errors'
import type { Addresses } from '../open-server.ts'
import type { FromWorker, Metrics, Orders, ToWorker } from './messages.ts'

/** Time limit in ms for the primary to collect metrics: twice its time limit for a worker. */
const metricsTimeoutMs = 4_000

/** Connection of a worker to its primary. */
export class PrimaryLink {
  /** Settles once with the configuration of the worker. */
  readonly orders: Promise<Orders>
  /** Settles when the worker must stop: the primary requests it, or has ended. */
  readonly stop: Promise<void>
  /** Sets the function that returns the metrics of this process on request. */
  ownMetrics: () => Promise<Metrics> = () => Promise.resolve([])
  readonly #worker: Worker
  readonly #asked = new Map<number, (text: string | null) => void>()
  #lastId = 0
  #serves = false

  private constructor(worker: Worker) {
    this.#worker = worker
    const orders = Promise.withResolvers<Orders>()
    const stop = Promise.withResolvers<void>()
    this.orders = orders.promise
    this.stop = stop.promise
    worker.on('disconnect', () => {
      // Otherwise node:cluster would end this process immediately: in the middle of its work, or never if it waits for its port
      // before it serves.
      worker.exitedAfterDisconnect = this.#serves
      stop.resolve()
    })
    process.on('SIGTERM', () => stop.resolve())
    // Ctrl-C in a terminal is sent to all processes. The primary decides what to do.
    process.on('SIGINT', () => undefined)
    worker.on('message', (message: ToWorker) => {
      switch (message.kind) {
        case 'serve':
          return orders.resolve(message.orders)
        case 'stop':
          return stop.resolve()
        case 'tell-metrics':
          return this.#tellMetrics(message.id)
        case 'whole-metrics':
          return this.#asked.get(message.id)?.(message.text)
      }
    })
  }

  /** @throws Error when this process is not a worker */
  static open(): PrimaryLink {
    if (cluster.worker === undefined) throw new Error('Only a Headgate server starts this program.')
    const link = new PrimaryLink(cluster.worker)
    link.send({ kind: 'here' })
    return link
  }

  /** Sends a message. Does nothing when the primary has ended. */
  send(message: FromWorker): void {
    if (this.#worker.isConnected()) this.#worker.send(message, undefined, () => undefined)
  }

  /** Declares that from now on the process needs time to stop. */
  serving(addresses: Addresses): void {
    this.#serves = true
    this.send({ kind: 'serving', addresses })
  }

  /** Returns the metrics of the whole server, as text. */
  async wholeMetrics(): Promise<string> {
    const id = (this.#lastId += 1)
    const { promise, resolve } = Promise.withResolvers<string | null>()
    const timer = setTimeout(() => resolve(null), metricsTimeoutMs)
    this.#asked.set(id, resolve)
    this.send({ kind: 'ask-metrics', id })
    const text = await promise
    clearTimeout(timer)
    this.#asked.delete(id)
    if (text === null) throw new HeadgateError('unavailable', 'The metrics could not be collected.')
    return text
  }

  #tellMetrics(id: number): void {
    this.ownMetrics().then(
      (metrics) => this.send({ kind: 'own-metrics', id, metrics }),
      // The primary waits only for a short time.
      () => undefined,
    )
  }

  /** Closes the connection, so that the process may end. */
  close(): void {
    if (this.#worker.isConnected()) this.#worker.disconnect()
  }
}
