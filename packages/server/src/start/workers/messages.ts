import type { MetricObjectWithValues, MetricValue } from 'prom-client'
import type { Config } from '../../config/config.ts'
import type { Addresses } from '../open-server.ts'

/** Ports to listen on. 0: a free one, the same for all workers that request 0. */
export interface Ports {
  readonly catalog: number
  /** Null: there is no storage gateway. */
  readonly gateway: number | null
}

/** Facts that a worker cannot read from its own environment and flags. */
export interface Orders {
  /** URL of the embedded database, a secret that no variable contains. */
  readonly databaseUrl: string
  /** True when the server logs to a terminal. The standard error of a worker never is one. */
  readonly log: Config['log']
  readonly ports: Ports
}

/** Metrics with their values, in the form that prom-client aggregates. */
export type Metrics = readonly MetricObjectWithValues<MetricValue<string>>[]

/** Message from the primary to a worker, over the channel between the two processes, which no other process can read. */
export type ToWorker =
  | { readonly kind: 'serve'; readonly orders: Orders }
  | { readonly kind: 'stop' }
  /** Requests the metrics of the worker. */
  | { readonly kind: 'tell-metrics'; readonly id: number }
  /** Response to `ask-metrics`. Null: the metrics could not be collected. */
  | { readonly kind: 'whole-metrics'; readonly id: number; readonly text: string | null }

/** Message from a worker to the primary. */
export type FromWorker =
  /** The worker listens for messages. */
  | { readonly kind: 'here' }
  | { readonly kind: 'serving'; readonly addresses: Addresses }
  /** The worker could not start. `passing`: a later start may succeed. */
  | { readonly kind: 'failed'; readonly reason: string; readonly passing: boolean }
  /** Response to `tell-metrics`. */
  | { readonly kind: 'own-metrics'; readonly id: number; readonly metrics: Metrics }
  /** Requests the metrics of the whole server. */
  | { readonly kind: 'ask-metrics'; readonly id: number }
