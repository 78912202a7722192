/** One forward step of the schema. `sql` runs in the transaction that records it; its checksum is kept. */
export interface Migration {
  readonly version: number
  readonly name: string
  readonly sql: string
  /** The step is refused while a server of an older schema is connected: that server would write rows without it. */
  readonly stopsOlderServers?: boolean
}
