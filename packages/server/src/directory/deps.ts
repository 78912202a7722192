import type { Policies } from '../access/policies.ts'
import type { Sql } from '../store/sql.ts'

export interface DirectoryDeps {
  readonly sql: Sql
  readonly policies: Pick<Policies, 'saw'>
  /** URLs of the configured issuers whose tokens the server accepts. The server's own issuer is not included. */
  readonly issuers: ReadonlySet<string>
}
