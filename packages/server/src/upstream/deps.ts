import type { Caller } from '../catalog/caller.ts'
import type { Policies } from '../access/policies.ts'
import type { Sql } from '../store/sql.ts'
import type { Upstreams } from './upstreams.ts'

/** Dependencies of the functions of this module. */
export interface UpstreamDeps {
  readonly sql: Sql
  readonly policies: Policies
  readonly upstreams: Upstreams
}

/** Caller of an operation that may change the upstream. */
export interface UpstreamCaller extends Caller {
  /** Records that the change is sent now; see `Call.begin`. */
  begin(): void
}
