import cluster, { type Worker } from 'node:cluster'
import { HeadgateError } from '@headgate/errors'
import type { Addresses } from '../open-server.ts'
import type { FromWorker, Metrics, Orders, ToWorker } from './messages.ts'

/** How long the primary may take to gather metrics: twice what it waits for a worker. */
const metricsTimeoutMs = 4_000

/** The way from a worker to its primary. */
export class PrimaryLink {
  /** What the worker is to do; settles once. */
  readonly orders: Promise<Orders>
  /** Settles when the worker has to stop: it is told to, or its primary is gone. */
  readonly stop: Promise<void>
  /** Gives the metrics of this process when they are asked for. */
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
      // Otherwise node:cluster ends this process here and now: wrong in the middle of what it does, and right before it
      // serves, as it would wait for its port for ever.
      worker.exitedAfterDisconnect = this.#serves
      stop.resolve()
    })
    process.on('SIGTERM', () => stop.resolve())
    // Ctrl-C in a terminal is sent to all processes: the primary tells what it means.
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

  /** @throws Error when this process is no worker */
  static open(): PrimaryLink {
    if (cluster.worker === undefined) throw new Error('This program is started by a Headgate server only.')
    const link = new PrimaryLink(cluster.worker)
    link.send({ kind: 'here' })
    return link
  }

  /** To a primary that is gone it does nothing. */
  send(message: FromWorker): void {
    if (this.#worker.isConnected()) this.#worker.send(message, undefined, () => undefined)
  }

  /** From now on it takes time to stop. */
  serving(addresses: Addresses): void {
    this.#serves = true
    this.send({ kind: 'serving', addresses })
  }

  /** Metrics of the whole server, as text. */
  async wholeMetrics(): Promise<string> {
    const id = (this.#lastId += 1)
    const { promise, resolve } = Promise.withResolvers<string | null>()
    const timer = setTimeout(() => resolve(null), metricsTimeoutMs)
    this.#asked.set(id, resolve)
    this.send({ kind: 'ask-metrics', id })
    const text = await promise
    clearTimeout(timer)
    this.#asked.delete(id)
    if (text === null) throw new HeadgateError('unavailable', 'The metrics could not be gathered.')
    return text
  }

  #tellMetrics(id: number): void {
    this.ownMetrics().then(
      (metrics) => this.send({ kind: 'own-metrics', id, metrics }),
      // The primary does not wait for long.
      () => undefined,
    )
  }

  /** Nothing more will come: the process may end. */
  close(): void {
    if (this.#worker.isConnected()) this.#worker.disconnect()
  }
}
