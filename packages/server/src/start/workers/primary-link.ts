import cluster, { type Worker } from 'node:cluster'
import { HeadgateError } from '@headgate/errors'
import type { Addresses } from '../open-server.ts'
import type { FromWorker, Metrics, Orders, ToWorker } from './messages.ts'

/**
 * Time in ms for which a worker waits for the metrics of the whole server: twice the time for which the primary waits
 * for one worker.
 */
const metricsTimeoutMs = 4_000

/** IPC connection of a worker to the primary process. */
export class PrimaryLink {
  /** Resolves with the configuration of the worker when the primary has sent it. */
  readonly orders: Promise<Orders>
  /** Resolves when the worker must stop, because the primary requests it or has ended. */
  readonly stop: Promise<void>
  /** Returns the metrics of this process when the primary requests them. The worker replaces this function. */
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
      // By default, node:cluster ends a worker immediately when the primary has ended. A worker that serves finishes
      // its work first. A worker that does not serve yet keeps the default, because it would wait forever for its
      // port.
      worker.exitedAfterDisconnect = this.#serves
      stop.resolve()
    })
    process.on('SIGTERM', () => stop.resolve())
    // A terminal sends the signal of Ctrl-C to all processes of the server. Workers ignore it and wait for the
    // message of the primary.
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

  /**
   * Connects this worker to its primary.
   *
   * @throws Error when this process is not a worker
   */
  static open(): PrimaryLink {
    if (cluster.worker === undefined)
      throw new Error('This program is an internal part of Headgate: only a Headgate server can start it.')
    const link = new PrimaryLink(cluster.worker)
    link.send({ kind: 'here' })
    return link
  }

  /** Sends a message to the primary. Does nothing when the primary has ended. */
  send(message: FromWorker): void {
    if (this.#worker.isConnected()) this.#worker.send(message, undefined, () => undefined)
  }

  /**
   * Reports to the primary that the worker serves. From now on, the worker finishes its work before it stops, also
   * when the primary has ended.
   */
  serving(addresses: Addresses): void {
    this.#serves = true
    this.send({ kind: 'serving', addresses })
  }

  /** Requests the metrics of the whole server from the primary and returns them in the text format of Prometheus. */
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
      // If the metrics cannot be read, the worker does not answer, and the primary continues after its time limit.
      () => undefined,
    )
  }

  /** Closes the connection to the primary, so that the worker process can end. */
  close(): void {
    if (this.#worker.isConnected()) this.#worker.disconnect()
  }
}
