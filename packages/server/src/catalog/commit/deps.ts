import type { Policies } from '../../access/policies.ts'
import type { KeyedMutex } from '../../concurrency/keyed-mutex.ts'
import type { CatalogDeps } from '../deps.ts'
import type { LastCommitCache } from './last-commit-cache.ts'

/** Objects that changes of relations depend on. */
export interface CommitDeps extends CatalogDeps {
  readonly policies: Policies
  readonly lastCommits: LastCommitCache
  /** Queues of the commits to each relation: commits through this replica do not race each other. */
  readonly commitQueues: KeyedMutex
}
