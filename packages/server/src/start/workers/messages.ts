import type { MetricObjectWithValues, MetricValue } from 'prom-client'
import type { Config } from '../../config/config.ts'
import type { Addresses } from '../open-server.ts'

/** Ports on which a worker listens. With 0, the primary chooses a free port, which is the same for all workers. */
export interface Ports {
  readonly catalog: number
  /** Port of the storage gateway, or null when the server has no storage gateway. */
  readonly gateway: number | null
}

/** Configuration of a worker that it cannot read from its own environment and flags. */
export interface Orders {
  /** URL of the database. For the embedded database, no environment variable contains this secret URL. */
  readonly databaseUrl: string
  /**
   * Level and format of the log. The primary chooses the format, because a worker cannot detect whether the server
   * logs to a terminal.
   */
  readonly log: Config['log']
  readonly ports: Ports
}

/** Metrics with their values, in the format that the function for aggregation of prom-client expects. */
export type Metrics = readonly MetricObjectWithValues<MetricValue<string>>[]

/** Message from the primary to a worker. The processes use an IPC channel that no other process can read. */
export type ToWorker =
  | { readonly kind: 'serve'; readonly orders: Orders }
  | { readonly kind: 'stop' }
  /** Requests the metrics of the worker. The worker answers with `own-metrics`. */
  | { readonly kind: 'tell-metrics'; readonly id: number }
  /** Response to `ask-metrics` with the metrics of the whole server. Null when the primary could not collect them. */
  | { readonly kind: 'whole-metrics'; readonly id: number; readonly text: string | null }

/** Message from a worker to the primary. */
export type FromWorker =
  /** Sent when the worker has started and listens for messages. */
  | { readonly kind: 'here' }
  | { readonly kind: 'serving'; readonly addresses: Addresses }
  /** Sent when the worker could not start. `passing` is true when a later start may succeed. */
  | { readonly kind: 'failed'; readonly reason: string; readonly passing: boolean }
  /** Response to `tell-metrics` with the metrics of the worker. */
  | { readonly kind: 'own-metrics'; readonly id: number; readonly metrics: Metrics }
  /** Requests the metrics of the whole server. The primary answers with `whole-metrics`. */
  | { readonly kind: 'ask-metrics'; readonly id: number }
