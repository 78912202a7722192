import cluster, { type Worker } from 'node:cluster'
import { closeWhatIsNotTaken } from './handed-connections.ts'
import type { FromWorker, Metrics, Orders, ToWorker } from './messages.ts'
import type { Addresses } from '../open-server.ts'
import { WorkerError } from './worker-error.ts'

/** Time limit in ms from the start of a worker until it serves. */
const startTimeoutMs = 60_000
const metricsTimeoutMs = 2_000

/** Worker, as seen by the primary. */
export class WorkerProcess {
  /** Settles with the exit code or signal when the process has ended. */
  readonly ended: Promise<string>
  /** Settles when all of its output has been read, too. */
  readonly closed: Promise<void>
  readonly #worker: Worker
  readonly #here = Promise.withResolvers<void>()
  readonly #serving = Promise.withResolvers<Addresses>()
  readonly #told = new Map<number, (metrics: Metrics) => void>()
  readonly #wholeMetrics: () => Promise<string | null>
  #addresses: Addresses | null = null
  #lastId = 0

  private constructor(worker: Worker, wholeMetrics: () => Promise<string | null>) {
    this.#worker = worker
    closeWhatIsNotTaken(worker)
    this.#wholeMetrics = wholeMetrics
    this.closed = new Promise((resolve) => worker.process.once('close', () => resolve()))
    const ended = Promise.withResolvers<string>()
    this.ended = ended.promise
    worker.process.once('exit', (code, signal) => ended.resolve(signal ?? `exit code ${code}`))
    worker.on('error', (error: Error) => {
      // A process that could not be created has no exit event. A failed message is reported by the exit of its process.
      if (worker.process.pid === undefined) ended.resolve(error.message)
    })
    worker.on('message', (message: FromWorker) => this.#hear(message))
    this.#serving.promise.catch(() => undefined)
  }

  /** @param wholeMetrics returns the metrics of the whole server for the worker. Null: they could not be collected. */
  static fork(wholeMetrics: () => Promise<string | null>): WorkerProcess {
    return new WorkerProcess(cluster.fork(), wholeMetrics)
  }

  get id(): number {
    return this.#worker.id
  }

  get pid(): number | undefined {
    return this.#worker.process.pid
  }

  /** Standard output and standard error. */
  get output(): readonly [NodeJS.ReadableStream | null, NodeJS.ReadableStream | null] {
    const { stdout, stderr } = this.#worker.process
    return [stdout, stderr]
  }

  /** Addresses at which it serves. Null: it does not serve yet. */
  get addresses(): Addresses | null {
    return this.#addresses
  }

  /**
   * Configures the worker. Settles when it serves.
   *
   * @throws WorkerError when it does not
   */
  async serve(orders: Orders): Promise<Addresses> {
    const ended = this.ended.then((how) => {
      throw new WorkerError(`A worker ended before it served (${how}). Its output contains the reason.`)
    })
    const { promise: late, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(
      () => reject(new WorkerError(`A worker did not serve within ${startTimeoutMs / 1_000} s.`)),
      startTimeoutMs,
    )
    try {
      await Promise.race([this.#here.promise, ended, late])
      this.#send({ kind: 'serve', orders })
      return (this.#addresses = await Promise.race([this.#serving.promise, ended, late]))
    } finally {
      clearTimeout(timer)
      ended.catch(() => undefined)
    }
  }

  /** Returns its metrics. Null: it does not respond, because it is busy or has ended. */
  async metrics(): Promise<Metrics | null> {
    const id = (this.#lastId += 1)
    const { promise, resolve } = Promise.withResolvers<Metrics | null>()
    const timer = setTimeout(() => resolve(null), metricsTimeoutMs)
    this.#told.set(id, resolve)
    this.#send({ kind: 'tell-metrics', id })
    const metrics = await Promise.race([promise, this.ended.then(() => null)])
    clearTimeout(timer)
    this.#told.delete(id)
    return metrics
  }

  /** Lets it finish acknowledged work, and kills it after the time limit. Returns false when it was killed. */
  async stop(timeoutMs: number): Promise<boolean> {
    let inTime = true
    this.#send({ kind: 'stop' })
    const timer = setTimeout(() => {
      inTime = false
      this.kill()
    }, timeoutMs)
    await this.closed
    clearTimeout(timer)
    return inTime
  }

  kill(): void {
    this.#worker.process.kill('SIGKILL')
  }

  #hear(message: FromWorker): void {
    switch (message.kind) {
      case 'here':
        return this.#here.resolve()
      case 'serving':
        return this.#serving.resolve(message.addresses)
      case 'failed':
        return this.#serving.reject(new WorkerError(message.reason, message.passing))
      case 'own-metrics':
        return this.#told.get(message.id)?.(message.metrics)
      case 'ask-metrics':
        return void this.#answer(message.id)
    }
  }

  async #answer(id: number): Promise<void> {
    this.#send({ kind: 'whole-metrics', id, text: await this.#wholeMetrics() })
  }

  #send(message: ToWorker): void {
    if (this.#worker.isConnected()) this.#worker.send(message, undefined, () => undefined)
  }
}
