import type { Caller } from '../catalog/caller.ts'
import type { Policies } from '../access/policies.ts'
import type { Sql } from '../store/sql.ts'
import type { Upstreams } from './upstreams.ts'

/** Dependencies of the functions in the module `upstream`. */
export interface UpstreamDeps {
  readonly sql: Sql
  readonly policies: Policies
  readonly upstreams: Upstreams
}

/** Caller of an operation that may change the upstream catalog. */
export interface UpstreamCaller extends Caller {
  /**
   * Records that the request that makes the change is sent now. Throws when the server has already answered the
   * client; see `Call.begin`.
   */
  begin(): void
}
