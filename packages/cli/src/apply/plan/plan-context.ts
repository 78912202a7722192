import type { Session } from '../../session.ts'
import type { DesiredState } from '../read/merge-documents.ts'
import type { DesiredNames } from './desired-names.ts'
import type { ServerState } from './server-state.ts'

/** Values that the option `--prune` accepts. */
export const prunable = ['members', 'grants'] as const

export type Prunable = (typeof prunable)[number]

export interface PlanOptions {
  readonly prune: ReadonlySet<Prunable>
  /** Whether to skip grants on tables and views that do not exist. */
  readonly skipMissingTables: boolean
  /** Whether the server skips the test of access to the storage when it creates a warehouse or changes its keys. */
  readonly skipProbe: boolean
}

/** Inputs and results that all planning functions share. */
export interface PlanContext {
  readonly session: Session
  readonly desired: DesiredState
  readonly names: DesiredNames
  readonly options: PlanOptions
  /** Reads objects of the server, each of them once. */
  readonly server: ServerState
  /** Reasons why the documents cannot be applied: `FILE:LINE: reason`. */
  readonly problems: string[]
  /** Descriptions of secrets that changes need, but whose environment variable or file is missing. */
  readonly missingSecrets: string[]
  /** Skipped grants on tables or views that do not exist, as `GRANTEE on TABLE`. */
  readonly skipped: string[]
}

/** Maximum number of simultaneous requests to the server. */
export const maxParallel = 8
