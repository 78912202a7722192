import type { ExternalIdentities } from '../identity/external.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { DirectoryDeps } from '../directory/deps.ts'
import type { GroupAges } from '../directory/subjects.ts'

/** Dependencies of the grants. */
export interface TokenDeps {
  readonly sql: DirectoryDeps['sql']
  /** Mints and verifies the tokens of this server. */
  readonly sessions: Sessions
  /** Verifies tokens of other issuers; null when no other issuer is configured. */
  readonly external: ExternalIdentities | null
  /** Maximum age of group memberships, by issuer. Absent: the grants ignore groups. */
  readonly groupAges?: GroupAges
  /** Time in seconds for which a client that is not an engine can renew its session. */
  readonly sessionSeconds: number
  /** Returns the current time in epoch ms. */
  readonly now: () => number
}
