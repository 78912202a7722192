/**
 * One change of the database schema. The statements in `sql` and the row in `schema_migration`, which contains the
 * checksum of `sql`, are written in one transaction.
 */
export interface Migration {
  readonly version: number
  readonly name: string
  readonly sql: string
  /**
   * True when the migration must not run while a server with an older schema version is connected, because that
   * server would write rows that do not fit the new schema.
   */
  readonly stopsOlderServers?: boolean
}
