import type { Policies } from '../../access/policies.ts'
import type { KeyedMutex } from '../../concurrency/keyed-mutex.ts'
import type { CatalogDeps } from '../deps.ts'
import type { LastCommitCache } from './last-commit-cache.ts'

/** Objects that changes of relations depend on. */
export interface CommitDeps extends CatalogDeps {
  readonly policies: Policies
  readonly lastCommits: LastCommitCache
  /** Mutex with one queue for each relation. It prevents concurrent commits to one relation through this replica. */
  readonly commitQueues: KeyedMutex
}
