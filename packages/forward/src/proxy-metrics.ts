import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Protocol } from './protocol.ts'

export interface ProxyMetricsSources {
  readonly running: () => number
  readonly bufferedBytes: () => number
}

/**
 * Prometheus metrics of one proxy. Labels contain no text from requests, so that the number of time series is
 * bounded.
 */
export class ProxyMetrics {
  readonly registry: Registry = new Registry()
  readonly #responses: Counter<'protocol' | 'status'>
  readonly #seconds: Histogram<'protocol'>
  readonly #retries: Counter
  readonly #leftOut: Counter

  constructor({ running, bufferedBytes }: ProxyMetricsSources) {
    const registers = [this.registry]
    collectDefaultMetrics({ register: this.registry })
    this.#responses = new Counter({
      name: 'headgate_proxy_requests_total',
      help: 'Responses by protocol and HTTP status.',
      labelNames: ['protocol', 'status'],
      registers,
    })
    this.#seconds = new Histogram({
      name: 'headgate_proxy_request_seconds',
      help: 'Time from the head of a request to the end of its response.',
      labelNames: ['protocol'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
      registers,
    })
    this.#retries = new Counter({
      name: 'headgate_proxy_auth_retries_total',
      help: 'Requests that the proxy sent again with new authentication.',
      registers,
    })
    this.#leftOut = new Counter({
      name: 'headgate_proxy_left_out_total',
      help: 'Configuration keys that were removed from responses.',
      registers,
    })
    gauge(this.registry, 'headgate_proxy_running', 'Requests in progress.', running)
    gauge(
      this.registry,
      'headgate_proxy_buffered_bytes',
      'Bytes of request bodies that are buffered in order to sign them.',
      bufferedBytes,
    )
  }

  observe(protocol: Protocol, status: number, milliseconds: number, tries: number): void {
    this.#responses.inc({ protocol, status: String(status) })
    this.#seconds.observe({ protocol }, milliseconds / 1000)
    if (tries > 1) this.#retries.inc(tries - 1)
  }

  leftOut(): void {
    this.#leftOut.inc()
  }
}

function gauge(registry: Registry, name: string, help: string, value: () => number): Gauge {
  return new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(value())
    },
  })
}
