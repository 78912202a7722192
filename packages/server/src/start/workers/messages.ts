import type { MetricObjectWithValues, MetricValue } from 'prom-client'
import type { Config } from '../../config/config.ts'
import type { Addresses } from '../open-server.ts'

/** Ports to listen on; 0: a free one, the same for all workers that ask for 0. */
export interface Ports {
  readonly catalog: number
  /** Null: there is no storage gateway. */
  readonly gateway: number | null
}

/** What a worker cannot know from its own environment and flags. */
export interface Orders {
  /** A secret: of the embedded database, which no variable names. */
  readonly databaseUrl: string
  /** The worker's standard error is no terminal, whatever that of the server is. */
  readonly log: Config['log']
  readonly ports: Ports
}

/** Metrics with their values, as prom-client adds them up. */
export type Metrics = readonly MetricObjectWithValues<MetricValue<string>>[]

/** From the primary to a worker, over the channel between the two processes, which nobody else can read. */
export type ToWorker =
  | { readonly kind: 'serve'; readonly orders: Orders }
  | { readonly kind: 'stop' }
  /** Tell your own metrics. */
  | { readonly kind: 'tell-metrics'; readonly id: number }
  /** Answers `ask-metrics`; null: they cannot be told. */
  | { readonly kind: 'whole-metrics'; readonly id: number; readonly text: string | null }

/** From a worker to the primary. */
export type FromWorker =
  /** It listens to what it is told. */
  | { readonly kind: 'here' }
  | { readonly kind: 'serving'; readonly addresses: Addresses }
  /** It could not start. `passing`: it may well be able to later. */
  | { readonly kind: 'failed'; readonly reason: string; readonly passing: boolean }
  /** Answers `tell-metrics`. */
  | { readonly kind: 'own-metrics'; readonly id: number; readonly metrics: Metrics }
  /** Tell the metrics of the whole server. */
  | { readonly kind: 'ask-metrics'; readonly id: number }
