import type { BenchRun } from '../lib/bench-run.ts'
import type { Case } from '../lib/case.ts'
import type { BenchPostgres } from '../lib/postgres.ts'

/** Environment of all cases: servers, folders and options. */
export interface Lab {
  readonly run: BenchRun
  readonly postgres: BenchPostgres
  /** Folder for databases and data directories that are kept between runs. */
  readonly stores: string
  readonly maxTables: number
  readonly thorough: boolean
  /** Folder of another checkout, whose server is measured for comparison. */
  readonly against: string | undefined
  /** Resources of this process, such as issuers, which are closed when the run ends, so that the process can exit. */
  readonly stack: AsyncDisposableStack
}

/** Cases that use the same servers. The servers stop when the last of these cases has ended. */
export interface Suite {
  /** Text with which the ids of its cases begin. */
  readonly id: string
  /** Whether a quick run contains the suite. */
  readonly quick: boolean
  cases(lab: Lab): Promise<Case[]>
}

/** Number of PostgreSQL connections that each server under test may open. */
export const poolSize = 20

/** Numbers of concurrent clients with which each case is measured. */
export const clientCounts = [16, 64] as const

/** Number of tables in the hot set, which are loaded again and again and therefore cached. */
export const hotTables = 100
