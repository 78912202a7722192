import { AggregatorRegistry, collectDefaultMetrics, Registry } from 'prom-client'
import type { Metrics } from './messages.ts'

/** One of the processes, as far as it matters here; null: it does not say what it has counted, busy or gone as it is. */
export interface CountingProcess {
  metrics(): Promise<Metrics | null>
}

/**
 * The metrics of a server of several processes: what the workers and the primary have counted, together. A worker that
 * ended leaves what it was last seen to have counted, so that no sum ever goes down.
 */
export class ServerMetrics {
  readonly #own = new Registry()
  readonly #last = new Map<CountingProcess, Metrics>()
  #departed: Metrics = []
  #gathering: Promise<string> | undefined

  constructor() {
    collectDefaultMetrics({ register: this.#own })
  }

  /** From when it serves until it ends. */
  join(worker: CountingProcess): void {
    this.#last.set(worker, [])
  }

  leave(worker: CountingProcess): void {
    // By its types prom-client numbers the types of metrics, and at work it names them.
    const counted = this.#last.get(worker)?.filter(({ type }) => `${type}` !== 'gauge') ?? []
    this.#last.delete(worker)
    this.#departed = [...this.#departed, ...counted]
  }

  /** In Prometheus' text format. Those who ask at the same time get the same. */
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

  /** However many have left, one set of sums stands for them. */
  async #sumDeparted(): Promise<void> {
    const until = this.#departed.length
    const sums = await sumOf([this.#departed]).getMetricsAsJSON()
    this.#departed = [...sums, ...this.#departed.slice(until)]
  }
}

function sumOf(all: readonly Metrics[]): Registry {
  return AggregatorRegistry.aggregate(all.map((metrics) => metrics.map(withStart)))
}

/** The server began when the first of its processes did: prom-client would leave that out. */
function withStart(metric: Metrics[number]): Metrics[number] {
  return metric.name === 'process_start_time_seconds' ? { ...metric, aggregator: 'min' } : metric
}
