import type { BenchRun } from '../lib/bench-run.ts'
import type { BenchPostgres } from '../lib/postgres.ts'

/** Shared parts of all cases. */
export interface Lab {
  readonly run: BenchRun
  readonly postgres: BenchPostgres
  /** Folder that keeps stores between runs. */
  readonly stores: string
  readonly maxTables: number
  readonly thorough: boolean
  /** Folder of another checkout, whose server is measured for comparison. */
  readonly against: string | undefined
}

/** Number of connections to PostgreSQL of every contestant. */
export const poolSize = 20

/** Clients at the same time. */
export const clientCounts = [16, 64] as const

/** Tables of the hot set: what a busy hour touches. */
export const hotTables = 100
