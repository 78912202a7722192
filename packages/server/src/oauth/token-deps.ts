import type { ExternalIdentities } from '../identity/external.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { DirectoryDeps } from '../directory/deps.ts'
import type { GroupAges } from '../directory/subjects.ts'

/** Dependencies of the grants. */
export interface TokenDeps {
  readonly sql: DirectoryDeps['sql']
  readonly sessions: Sessions
  /** Verification of tokens of other issuers; null: none is configured. */
  readonly external: ExternalIdentities | null
  /** Absent: groups are ignored. */
  readonly groupAges?: GroupAges
  /** Time for which sessions of clients that are not engines can be renewed, in seconds. */
  readonly sessionSeconds: number
  /** Epoch ms. */
  readonly now: () => number
}
