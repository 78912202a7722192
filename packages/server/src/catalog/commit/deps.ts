import type { Policies } from '../../access/policies.ts'
import type { KeyedMutex } from '../../concurrency/keyed-mutex.ts'
import type { CatalogDeps } from '../deps.ts'
import type { LastCommitCache } from './last-commit-cache.ts'

/** Dependencies of the functions that change relations. */
export interface CommitDeps extends CatalogDeps {
  readonly policies: Policies
  readonly lastCommits: LastCommitCache
  /**
   * Mutex with one queue per relation, so that commits to the same relation through this replica run one
   * after the other.
   */
  readonly commitQueues: KeyedMutex
}
