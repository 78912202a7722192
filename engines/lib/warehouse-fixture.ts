import type { Usage } from './usage.ts'

/** Audit event of the server, with the members that scenarios use. */
export interface AuditEvent {
  /** Time of the event, in the format of ISO 8601. */
  readonly time: string
  readonly operation: string
  readonly outcome: string
  readonly status: number
  readonly object: string | null
  readonly reason: string | null
  readonly detail: Readonly<Record<string, unknown>> | null
}

/** Request that a client sent to the store. */
export interface StoreRequest {
  /** Access key id in the request, valid or not. */
  readonly credential: string
  readonly status: number
}

/** Upstream catalog to which a warehouse forwards requests with the identity of users. */
export interface CatalogBehind {
  /** Returns the names of the users who have changed tables, from the history of the upstream catalog. */
  authors(): Promise<readonly string[]>
  /**
   * Returns the HTTP status of a request to the upstream catalog with the given token. If the token is empty, sends no
   * token.
   */
  statusOf(token: string): Promise<number>
}

/** Functions by which a scenario observes and changes the server. */
export interface WarehouseFixture {
  /** Lifetime in ms of the storage credentials in the catalog `brief`. */
  readonly lifetimeMs: number
  usage(): Promise<Usage>
  /** Upstream catalog, if the warehouse forwards requests with the identity of users. */
  readonly behind?: CatalogBehind | null
  /** Returns all requests that the store has received, oldest first. */
  storeRequests(): Promise<readonly StoreRequest[]>
  /** Returns all audit events of the server, oldest first. */
  events(): Promise<readonly AuditEvent[]>
  /** Sends a request as the administrator, and returns the body of the response. Throws unless the status is 2xx. */
  send(method: string, path: string, body?: unknown): Promise<unknown>
  /** Stops the server, and starts it again with the same data folder and ports. Returns its downtime in ms. */
  restart(): Promise<number>
}
