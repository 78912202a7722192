import type { EngineAccess, StorageName } from './access.ts'
import type { Engine, EngineName, Rows, Value } from './engine.ts'
import type { WarehouseFixture } from './warehouse-fixture.ts'

/** Values that a scenario may use in its statements. */
export interface Setup {
  /** Name of a namespace that does not exist yet. The scenario creates it. */
  readonly namespace: string
  readonly storage: StorageName
  readonly access: EngineAccess
  /** The server, for scenarios that observe or change it. Null if this run did not start the server. */
  readonly fixture: WarehouseFixture | null
}

interface StepOutcome {
  /** Title that begins with a third-person verb: "appends to a table". */
  readonly title: string
  /** Expected rows, in this order. */
  readonly rows?: Rows
  /** If set, the step must fail with an error message that matches. */
  readonly fails?: RegExp
  /** Further check of the rows. Throws if they are wrong. */
  readonly check?: (rows: Rows) => void
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
  /** Duration of a job, as a multiple of the lifetime of its storage credentials. */
  readonly lives?: number
}

/** A step of several statements. It changes the server while a statement runs, or checks the effect of the statement. */
export interface ActStep extends StepOutcome {
  readonly on: EngineName
  /** The statement, for the report. */
  readonly what: string
  readonly act: (engine: Engine) => Promise<Remark>
}

export type Step = SqlStep | CallStep | ActStep

export interface Scenario {
  /** Name of the scenario, such as `spark/tables` or `cross/spark-trino`. */
  readonly name: string
  readonly engines: readonly EngineName[]
  /**
   * Storages of the scenario. Default: all that its engines support, except `short-lived`, which is slow, and `users`.
   */
  readonly storages?: readonly StorageName[]
  /** Returns the reason why the scenario cannot run in this setup, or undefined. */
  readonly skip?: (setup: Setup) => string | undefined
  readonly steps: (setup: Setup, engine: (name: EngineName) => Promise<Engine>) => Step[] | Promise<Step[]>
}

/** Returns a function that creates steps of one engine. */
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

/** Creates a step that calls a function of engines/pyiceberg/steps. */
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
