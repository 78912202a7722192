/** One line of the server's audit log, as far as scenarios look. */
export interface AuditEvent {
  readonly operation: string
  readonly outcome: string
  readonly status: number
  readonly object: string | null
  readonly reason: string | null
  readonly detail: Readonly<Record<string, unknown>> | null
}

/** What a scenario may watch of the server, and do to it. */
export interface Lake {
  /** How long storage credentials of the catalog `ice` live, in ms. */
  readonly lifetimeMs: number
  /** All audit events so far, oldest first. */
  events(): Promise<readonly AuditEvent[]>
  /** Sends a request as the administrator; throws unless it is answered with 2xx. */
  send(method: string, path: string, body?: unknown): Promise<unknown>
  /** Stops the server and starts it again on its data folder and its ports; gives the ms it was away. */
  restart(): Promise<number>
}
