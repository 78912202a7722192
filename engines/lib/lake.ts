import type { Usage } from './usage.ts'

/** One line of the server's audit log, as far as scenarios look. */
export interface AuditEvent {
  /** ISO 8601. */
  readonly time: string
  readonly operation: string
  readonly outcome: string
  readonly status: number
  readonly object: string | null
  readonly reason: string | null
  readonly detail: Readonly<Record<string, unknown>> | null
}

/** A request that a client sent to the store. */
export interface StoreRequest {
  /** What it was let in by, or not. */
  readonly credential: string
  readonly status: number
}

/** What a scenario may watch of the server, and do to it. */
export interface Lake {
  /** How long what the catalog `brief` hands out lives, in ms. */
  readonly lifetimeMs: number
  usage(): Promise<Usage>
  /** All requests to the store so far, oldest first. */
  storeRequests(): Promise<readonly StoreRequest[]>
  /** All audit events so far, oldest first. */
  events(): Promise<readonly AuditEvent[]>
  /** Sends a request as the administrator; throws unless it is answered with 2xx. */
  send(method: string, path: string, body?: unknown): Promise<unknown>
  /** Stops the server and starts it again on its data folder and its ports; gives the ms it was away. */
  restart(): Promise<number>
}
