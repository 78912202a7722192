import type { EngineAccess, StorageName } from './access.ts'
import type { Engine, EngineName, Rows, Value } from './engine.ts'
import type { WarehouseFixture } from './warehouse-fixture.ts'

/** Values that a scenario may use in its statements. */
export interface Setup {
  /** An unused namespace name; the scenario creates it. */
  readonly namespace: string
  readonly storage: StorageName
  readonly access: EngineAccess
  /** The server, for scenarios that observe or disturb it; null if it does not belong to this run. */
  readonly fixture: WarehouseFixture | null
}

interface StepOutcome {
  /** Title, as a promise: "appends to a table". */
  readonly title: string
  /** Expected rows in order. */
  readonly rows?: Rows
  /** The step must fail with a message that matches. */
  readonly fails?: RegExp
  /** Checks the result further. Throws when it is wrong. */
  readonly check?: (answer: Rows) => void
}

export interface SqlStep extends StepOutcome {
  readonly on: EngineName
  readonly sql: string
  /** User of the statement, in engines with users. */
  readonly user?: string
}

export interface CallStep extends StepOutcome {
  readonly on: 'pyiceberg' | 'javascript'
  /** `module.function` of engines/pyiceberg/steps, or a name of engines/javascript/steps.ts */
  readonly call: string
  readonly args?: Readonly<Record<string, Value>>
}

/** Figures of a step for the report. */
export interface Remark {
  readonly text: string
  /** Number of lifetimes of its storage access that a job took. */
  readonly lives?: number
}

/** A step of several statements: it changes the server while a statement runs, or checks the effect. */
export interface ActStep extends StepOutcome {
  readonly on: EngineName
  /** The statement, for the report. */
  readonly what: string
  readonly act: (engine: Engine) => Promise<Remark>
}

export type Step = SqlStep | CallStep | ActStep

export interface Scenario {
  /** `spark/tables`, `cross/spark-trino` … */
  readonly name: string
  readonly engines: readonly EngineName[]
  /**
   * Storages of the scenario. Default: all that its engines support, except `short-lived`, which is slow, and `users`.
   */
  readonly storages?: readonly StorageName[]
  /** Returns the reason why it cannot run in this setup, or undefined. */
  readonly skip?: (setup: Setup) => string | undefined
  readonly steps: (setup: Setup, engine: (name: EngineName) => Promise<Engine>) => Step[] | Promise<Step[]>
}

/** These short functions define the steps of scenarios. */
function onEngine(on: EngineName): (title: string, sql: string, outcome?: Rows | RegExp) => SqlStep {
  return (title, sql, outcome) => {
    if (outcome === undefined) return { title, on, sql }
    return outcome instanceof RegExp ? { title, on, sql, fails: outcome } : { title, on, sql, rows: outcome }
  }
}

export const spark: ReturnType<typeof onEngine> = onEngine('spark')
export const trino: ReturnType<typeof onEngine> = onEngine('trino')
export const duckdb: ReturnType<typeof onEngine> = onEngine('duckdb')
export const clickhouse: ReturnType<typeof onEngine> = onEngine('clickhouse')

export function pyiceberg(
  title: string,
  call: string,
  args: Readonly<Record<string, Value>> = {},
  outcome?: Rows | RegExp,
): CallStep {
  const step = { title, on: 'pyiceberg', call, args } as const
  if (outcome === undefined) return step
  return outcome instanceof RegExp ? { ...step, fails: outcome } : { ...step, rows: outcome }
}
