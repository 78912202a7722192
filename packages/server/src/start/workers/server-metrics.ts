import { AggregatorRegistry, collectDefaultMetrics, Registry } from 'prom-client'
import type { Metrics } from './messages.ts'

/**
 * Process whose metrics the primary collects. `metrics` returns null when the process does not respond, because it is
 * busy or has ended.
 */
export interface CountingProcess {
  metrics(): Promise<Metrics | null>
}

/**
 * Collects the metrics of a server with several processes, and adds those of the workers and the primary. Keeps the
 * last known counters of a worker that ended, so that no sum ever decreases.
 */
export class ServerMetrics {
  readonly #own = new Registry()
  readonly #last = new Map<CountingProcess, Metrics>()
  #departed: Metrics = []
  #gathering: Promise<string> | undefined

  constructor() {
    collectDefaultMetrics({ register: this.#own })
  }

  /** Adds a worker, after it has started to serve. `leave` removes it. */
  join(worker: CountingProcess): void {
    this.#last.set(worker, [])
  }

  leave(worker: CountingProcess): void {
    // The type declarations of prom-client declare the metric types as numbers, but at run time they are names.
    const counted = this.#last.get(worker)?.filter(({ type }) => `${type}` !== 'gauge') ?? []
    this.#last.delete(worker)
    this.#departed = [...this.#departed, ...counted]
  }

  /** Returns the metrics of all processes in the text format of Prometheus. Concurrent calls share one result. */
  text(): Promise<string> {
    return (this.#gathering ??= this.#gather().finally(() => (this.#gathering = undefined)))
  }

  async #gather(): Promise<string> {
    await Promise.all(
      [...this.#last.keys()].map(async (worker) => {
        const metrics = await worker.metrics()
        if (metrics !== null && this.#last.has(worker)) this.#last.set(worker, metrics)
      }),
    )
    const own = await this.#own.getMetricsAsJSON()
    const text = sumMetrics([own, ...this.#last.values(), this.#departed]).metrics()
    await this.#sumDeparted()
    return text
  }

  /** Adds the counters of all workers that have ended to one sum. */
  async #sumDeparted(): Promise<void> {
    const until = this.#departed.length
    const sums = await sumMetrics([this.#departed]).getMetricsAsJSON()
    this.#departed = [...sums, ...this.#departed.slice(until)]
  }
}

function sumMetrics(all: readonly Metrics[]): Registry {
  return AggregatorRegistry.aggregate(all.map((metrics) => metrics.map(withStart)))
}

/**
 * Makes prom-client aggregate the process start time as the minimum of all processes, because it would omit this
 * metric by default.
 */
function withStart(metric: Metrics[number]): Metrics[number] {
  return metric.name === 'process_start_time_seconds' ? { ...metric, aggregator: 'min' } : metric
}
