import cluster from 'node:cluster'
import { dirname, extname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Log } from '../../log.ts'
import type { Addresses } from '../open-server.ts'
import { LinePasser } from './line-passer.ts'
import type { Orders, Ports } from './messages.ts'
import { ServerMetrics } from './server-metrics.ts'
import { StartFailures } from './start-failures.ts'
import { WorkerError } from './worker-error.ts'
import { WorkerProcess } from './worker-process.ts'

export interface WorkerKeeperOptions {
  readonly count: number
  /** Command line flags of the server, which each worker reads. */
  readonly args: readonly string[]
  readonly orders: Orders
  /** Time in ms after which a worker that does not stop is killed. */
  readonly stopTimeoutMs: number
  readonly log: Log
}

const firstPauseMs = 50
const longestPauseMs = 10_000
/** Lifetime of a worker in ms after which the pause before its replacement is reset to the shortest pause. */
const settledMs = 60_000

/** Keeps the configured number of workers running, and replaces workers that end. */
export class WorkerKeeper implements AsyncDisposable {
  /** Resolves with the reason when the server must stop, because workers repeatedly fail to start. */
  readonly failed: Promise<string>
  readonly #options: WorkerKeeperOptions
  readonly #metrics = new ServerMetrics()
  readonly #workers = new Set<WorkerProcess>()
  readonly #out = new LinePasser(process.stdout)
  readonly #errors = new LinePasser(process.stderr)
  readonly #stop = new AbortController()
  readonly #failures = new StartFailures()
  readonly #giveUp: (reason: string) => void
  #ports: Ports
  #addresses: Addresses | null = null

  constructor(options: WorkerKeeperOptions) {
    this.#options = options
    this.#ports = options.orders.ports
    const { promise, resolve } = Promise.withResolvers<string>()
    this.failed = promise
    this.#giveUp = resolve
  }

  /**
   * Starts the workers. Resolves with their common addresses when all workers serve.
   *
   * @throws WorkerError when a worker does not start
   */
  async start(): Promise<Addresses> {
    // With this policy, the primary accepts all connections and distributes them evenly to the workers, on every
    // operating system.
    cluster.schedulingPolicy = cluster.SCHED_RR
    cluster.setupPrimary({
      exec: siblingProgram('worker-main'),
      args: [...this.#options.args],
      silent: true,
      // The serialization "advanced" supports NaN and Infinity, which some metrics contain, and JSON does not.
      serialization: 'advanced',
    })
    const workers = await Promise.all(Array.from({ length: this.#options.count }, () => this.#start()))
    for (const worker of workers) void this.#keep(worker)
    if (this.#addresses === null) throw new WorkerError('The server has no workers.')
    return this.#addresses
  }

  async #start(): Promise<WorkerProcess> {
    // node:cluster keeps a socket open under its requested port, even port 0, as long as one worker uses it. If no
    // worker uses it, the new worker must request the actual port.
    const { port: catalog, gateway } = this.#addresses ?? {}
    const isUnassigned = [...this.#workers].every(({ addresses }) => addresses === null)
    if (catalog !== undefined && isUnassigned) this.#ports = { catalog, gateway: gateway?.port ?? null }
    const worker = WorkerProcess.fork(() => this.#wholeMetrics())
    this.#workers.add(worker)
    void this.#forgetAtEnd(worker)
    const [out, errors] = worker.output
    if (out) this.#out.pass(out)
    if (errors) this.#errors.pass(errors)
    try {
      const addresses = await worker.serve({ ...this.#options.orders, ports: this.#ports })
      this.#addresses ??= addresses
      if (
        addresses.port !== this.#addresses.port ||
        addresses.gateway?.port !== this.#addresses.gateway?.port
      )
        throw new WorkerError(`A worker listens on port ${addresses.port} instead of the port of the server.`)
    } catch (error) {
      await this.#end(worker)
      throw error
    }
    this.#metrics.join(worker)
    this.#options.log.info({ worker: worker.id, pid: worker.pid }, 'a worker serves')
    return worker
  }

  async #forgetAtEnd(worker: WorkerProcess): Promise<void> {
    await worker.ended
    this.#workers.delete(worker)
    this.#metrics.leave(worker)
  }

  /** Replaces a worker each time it ends, until the server stops. */
  async #keep(first: WorkerProcess): Promise<void> {
    let worker: WorkerProcess | null = first
    let pauseMs = firstPauseMs
    while (worker !== null) {
      const since = performance.now()
      const how = await worker.ended
      if (this.#stop.signal.aborted) return
      const { id, pid } = worker
      this.#options.log.error({ worker: id, pid, how }, 'a worker ended and is replaced')
      if (performance.now() - since > settledMs) pauseMs = firstPauseMs
      worker = null
      while (worker === null && !this.#stop.signal.aborted) {
        await sleep(pauseMs, undefined, { signal: this.#stop.signal }).catch(() => undefined)
        pauseMs = Math.min(pauseMs * 2, longestPauseMs)
        worker = await this.#replace()
      }
    }
  }

  async #replace(): Promise<WorkerProcess | null> {
    if (this.#stop.signal.aborted) return null
    try {
      const worker = await this.#start()
      this.#failures.forget()
      return worker
    } catch (error) {
      if (this.#stop.signal.aborted) return null
      const failure = error instanceof WorkerError ? error : new WorkerError(String(error))
      this.#options.log.error(`a worker did not start: ${failure.message}`)
      const reason = this.#failures.add(failure)
      if (reason !== null) this.#giveUp(reason)
      return null
    }
  }

  async #end(worker: WorkerProcess): Promise<void> {
    const { stopTimeoutMs, log } = this.#options
    const { id, pid } = worker
    if (!(await worker.stop(stopTimeoutMs)))
      log.error({ worker: id, pid }, 'a worker did not stop and was killed')
  }

  async #wholeMetrics(): Promise<string | null> {
    try {
      return await this.#metrics.text()
    } catch (err) {
      this.#options.log.warn({ err }, 'the metrics of the workers could not be collected')
      return null
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await Promise.all([...this.#workers].map((worker) => this.#end(worker)))
  }
}

/** Returns the path of a program in this folder, with the extension of the source file or of the built file. */
function siblingProgram(name: string): string {
  const here = fileURLToPath(import.meta.url)
  return join(dirname(here), `${name}${extname(here)}`)
}
