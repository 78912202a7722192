import { AggregatorRegistry, collectDefaultMetrics, Registry } from 'prom-client'
import type { Metrics } from './messages.ts'

/** Process whose metrics are collected. Null: it does not respond, because it is busy or has ended. */
export interface CountingProcess {
  metrics(): Promise<Metrics | null>
}

/**
 * Metrics of a server of several processes: the sums of the workers and the primary. The last known counters of a worker that
 * ended are kept, so that no sum ever decreases.
 */
export class ServerMetrics {
  readonly #own = new Registry()
  readonly #last = new Map<CountingProcess, Metrics>()
  #departed: Metrics = []
  #gathering: Promise<string> | undefined

  constructor() {
    collectDefaultMetrics({ register: this.#own })
  }

  /** Adds a worker, from the time that it serves until it ends. */
  join(worker: CountingProcess): void {
    this.#last.set(worker, [])
  }

  leave(worker: CountingProcess): void {
    // The declarations of prom-client number the types of metrics, but its code names them.
    const counted = this.#last.get(worker)?.filter(({ type }) => `${type}` !== 'gauge') ?? []
    this.#last.delete(worker)
    this.#departed = [...this.#departed, ...counted]
  }

  /** Returns the metrics in Prometheus' text format. Concurrent calls share the result. */
  text(): Promise<string> {
    return (this.#gathering ??= this.#gather().finally(() => (this.#gathering = undefined)))
  }

  async #gather(): Promise<string> {
    await Promise.all(
      [...this.#last.keys()].map(async (worker) => {
        const told = await worker.metrics()
        if (told !== null && this.#last.has(worker)) this.#last.set(worker, told)
      }),
    )
    const own = await this.#own.getMetricsAsJSON()
    const text = sumOf([own, ...this.#last.values(), this.#departed]).metrics()
    await this.#sumDeparted()
    return text
  }

  /** Sums of all workers that ended. */
  async #sumDeparted(): Promise<void> {
    const until = this.#departed.length
    const sums = await sumOf([this.#departed]).getMetricsAsJSON()
    this.#departed = [...sums, ...this.#departed.slice(until)]
  }
}

function sumOf(all: readonly Metrics[]): Registry {
  return AggregatorRegistry.aggregate(all.map((metrics) => metrics.map(withStart)))
}

/** Computes the start time of the first process, which prom-client would omit. */
function withStart(metric: Metrics[number]): Metrics[number] {
  return metric.name === 'process_start_time_seconds' ? { ...metric, aggregator: 'min' } : metric
}
