import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client'

/** Prometheus metrics of a server. Each server has its own registry, so that one process can contain two servers. */
export class RequestMetrics {
  readonly registry: Registry = new Registry()
  readonly #seconds: Histogram<'operation'>
  readonly #responses: Counter<'operation' | 'status'>
  readonly #bound = new Map<string, { observe(value: number): void }>()
  readonly #counted = new Map<string, { inc(): void }>()

  constructor() {
    collectDefaultMetrics({ register: this.registry })
    this.#seconds = new Histogram({
      name: 'headgate_request_seconds',
      help: 'Time from the request line to the response, by operation.',
      labelNames: ['operation'],
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers: [this.registry],
    })
    this.#responses = new Counter({
      name: 'headgate_requests_total',
      help: 'Number of responses, by operation and HTTP status.',
      labelNames: ['operation', 'status'],
      registers: [this.registry],
    })
  }

  observe(operation: string, status: number, milliseconds: number): void {
    let histogram = this.#bound.get(operation)
    if (!histogram) this.#bound.set(operation, (histogram = this.#seconds.labels(operation)))
    histogram.observe(milliseconds / 1000)
    const key = `${operation} ${status}`
    let counter = this.#counted.get(key)
    if (!counter) this.#counted.set(key, (counter = this.#responses.labels(operation, String(status))))
    counter.inc()
  }
}
