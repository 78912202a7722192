import type { ExternalIdentities } from '../identity/external.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { GroupAges } from '../store/policies.ts'
import type { Sql } from '../store/sql.ts'

/** What the grants are made of. */
export interface TokenParts {
  readonly sql: Sql
  readonly sessions: Sessions
  /** Tokens of other issuers; null: none are configured. */
  readonly external: ExternalIdentities | null
  /** Absent: groups do not count. */
  readonly groupAges?: GroupAges
  /** How long the sessions of clients that are no engine can be renewed, in seconds. */
  readonly sessionSeconds: number
  /** Epoch ms. */
  readonly now: () => number
}
