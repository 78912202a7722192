import type { Session } from '../../session.ts'
import type { DesiredState } from '../read/merge-documents.ts'
import type { DesiredNames } from './desired-names.ts'
import type { ServerState } from './server-state.ts'

/** Values of `--prune`. */
export const prunable = ['members', 'grants'] as const

export type Prunable = (typeof prunable)[number]

export interface PlanOptions {
  readonly prune: ReadonlySet<Prunable>
  /** Leaves out grants on tables and views that do not exist. */
  readonly skipMissingTables: boolean
  /** Creates warehouses, and changes their keys, without a test of the storage. */
  readonly skipProbe: boolean
}

/** Objects that all functions that plan depend on. */
export interface PlanContext {
  readonly session: Session
  readonly desired: DesiredState
  readonly names: DesiredNames
  readonly options: PlanOptions
  /** Objects of the server, each of which is read once. */
  readonly server: ServerState
  /** Reasons why the documents cannot be applied: `FILE:LINE: reason`. */
  readonly problems: string[]
  /** Missing secrets that changes need. */
  readonly missingSecrets: string[]
  /** Grants that are left out, with their tables. */
  readonly skipped: string[]
}

/** Maximum of requests at the same time. */
export const maxParallel = 8
