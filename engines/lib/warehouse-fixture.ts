import type { Usage } from './usage.ts'

/** One line of the server's audit log, with the fields that scenarios use. */
export interface AuditEvent {
  /** Time of the event in ISO 8601. */
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
  /** Access key id of the request, whether valid or not. */
  readonly credential: string
  readonly status: number
}

/** Catalog to which a warehouse forwards requests with the identity of users. */
export interface CatalogBehind {
  /** Returns the names of the users who changed tables, from the catalog's own history. */
  authors(): Promise<readonly string[]>
  /** Returns the status of the response to a request with a token. An empty text: no token. */
  statusOf(token: string): Promise<number>
}

/** Functions with which a scenario observes and changes the server. */
export interface WarehouseFixture {
  /** Lifetime of the credentials of the catalog `brief`, in ms. */
  readonly lifetimeMs: number
  usage(): Promise<Usage>
  /** The catalog behind the warehouse, if the server forwards with the identity of users. */
  readonly behind?: CatalogBehind | null
  /** Returns all requests to the store, oldest first. */
  storeRequests(): Promise<readonly StoreRequest[]>
  /** Returns all audit events, oldest first. */
  events(): Promise<readonly AuditEvent[]>
  /** Sends a request as the administrator. Throws unless the status is 2xx. */
  send(method: string, path: string, body?: unknown): Promise<unknown>
  /** Stops the server and starts it again on its data folder and its ports. Returns the ms of its downtime. */
  restart(): Promise<number>
}
