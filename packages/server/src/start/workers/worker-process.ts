import cluster, { type Worker } from 'node:cluster'
import { closeWhatIsNotTaken } from './handed-connections.ts'
import type { FromWorker, Metrics, Orders, ToWorker } from './messages.ts'
import type { Addresses } from '../open-server.ts'
import { WorkerError } from './worker-error.ts'

/** Time in ms within which a new worker must start to serve. */
const startTimeoutMs = 60_000
const metricsTimeoutMs = 2_000

/** Worker process, as the primary controls it. */
export class WorkerProcess {
  /** Resolves with the exit code or signal when the process has ended. */
  readonly ended: Promise<string>
  /** Resolves when the process has ended and all of its output has been read. */
  readonly closed: Promise<void>
  readonly #worker: Worker
  readonly #here = Promise.withResolvers<void>()
  readonly #serving = Promise.withResolvers<Addresses>()
  readonly #pendingMetrics = new Map<number, (metrics: Metrics) => void>()
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
      // A process that could not be created emits `error` and no `exit`. Errors of later messages need no handling,
      // because the exit of the process follows.
      if (worker.process.pid === undefined) ended.resolve(error.message)
    })
    worker.on('message', (message: FromWorker) => this.#receive(message))
    this.#serving.promise.catch(() => undefined)
  }

  /**
   * Starts a worker process.
   *
   * @param wholeMetrics returns the metrics of the whole server, or null when they could not be collected
   */
  static fork(wholeMetrics: () => Promise<string | null>): WorkerProcess {
    return new WorkerProcess(cluster.fork(), wholeMetrics)
  }

  get id(): number {
    return this.#worker.id
  }

  get pid(): number | undefined {
    return this.#worker.process.pid
  }

  /** Standard output and standard error of the worker. */
  get output(): readonly [NodeJS.ReadableStream | null, NodeJS.ReadableStream | null] {
    const { stdout, stderr } = this.#worker.process
    return [stdout, stderr]
  }

  /** Addresses at which the worker serves, or null when it does not serve yet. */
  get addresses(): Addresses | null {
    return this.#addresses
  }

  /**
   * Sends the configuration to the worker. Resolves with its addresses when it serves.
   *
   * @throws WorkerError when the worker ends first, or does not serve within the time limit
   */
  async serve(orders: Orders): Promise<Addresses> {
    const ended = this.ended.then((how) => {
      throw new WorkerError(
        `A worker ended during its start (${how}). The output of the worker contains the reason.`,
      )
    })
    const { promise: late, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(
      () => reject(new WorkerError(`A worker did not finish its start within ${startTimeoutMs / 1_000} s.`)),
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

  /** Returns the metrics of the worker, or null if it does not respond, because it is busy or has ended. */
  async metrics(): Promise<Metrics | null> {
    const id = (this.#lastId += 1)
    const { promise, resolve } = Promise.withResolvers<Metrics | null>()
    const timer = setTimeout(() => resolve(null), metricsTimeoutMs)
    this.#pendingMetrics.set(id, resolve)
    this.#send({ kind: 'tell-metrics', id })
    const metrics = await Promise.race([promise, this.ended.then(() => null)])
    clearTimeout(timer)
    this.#pendingMetrics.delete(id)
    return metrics
  }

  /**
   * Requests the worker to finish its work and to end. Kills the worker after the time limit, and then returns false.
   */
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

  #receive(message: FromWorker): void {
    switch (message.kind) {
      case 'here':
        return this.#here.resolve()
      case 'serving':
        return this.#serving.resolve(message.addresses)
      case 'failed':
        return this.#serving.reject(new WorkerError(message.reason, message.passing))
      case 'own-metrics':
        return this.#pendingMetrics.get(message.id)?.(message.metrics)
      case 'ask-metrics':
        return void this.#respond(message.id)
    }
  }

  async #respond(id: number): Promise<void> {
    this.#send({ kind: 'whole-metrics', id, text: await this.#wholeMetrics() })
  }

  #send(message: ToWorker): void {
    if (this.#worker.isConnected()) this.#worker.send(message, undefined, () => undefined)
  }
}
