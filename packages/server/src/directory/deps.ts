import type { Policies } from '../access/policies.ts'
import type { Sql } from '../store/sql.ts'

export interface DirectoryDeps {
  readonly sql: Sql
  readonly policies: Pick<Policies, 'saw'>
  /** Configured issuers whose tokens the server accepts, without its own. */
  readonly issuers: ReadonlySet<string>
}
