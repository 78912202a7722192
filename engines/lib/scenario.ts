import type { EngineAccess, StorageName } from './access.ts'
import type { Engine, EngineName, Rows, Value } from './engine.ts'
import type { WarehouseFixture } from './warehouse-fixture.ts'

/** Values that a scenario uses in its statements, such as the name of its namespace. */
export interface Setup {
  /** Name of a namespace that the scenario creates, because it does not exist yet. */
  readonly namespace: string
  readonly storage: StorageName
  readonly access: EngineAccess
  /** Functions by which scenarios observe and change the server. Null if this run did not start the server. */
  readonly fixture: WarehouseFixture | null
}

interface StepOutcome {
  /** Title of the step, which begins with a third-person verb: "appends to a table". */
  readonly title: string
  /** Expected rows of the result, in this order. */
  readonly rows?: Rows
  /** Pattern of the error message with which the step must fail. */
  readonly fails?: RegExp
  /** Additional check of the rows, which throws if they are wrong. */
  readonly check?: (rows: Rows) => void
}

export interface SqlStep extends StepOutcome {
  readonly on: EngineName
  readonly sql: string
  /** User as which the statement runs, in engines with users. */
  readonly user?: string
}

export interface CallStep extends StepOutcome {
  readonly on: 'pyiceberg' | 'javascript'
  /** Function of the step: `module.function` in engines/pyiceberg/steps, or a title in engines/javascript/steps.ts. */
  readonly call: string
  readonly args?: Readonly<Record<string, Value>>
}

/** Figures that a step reports, such as the duration of its job. */
export interface Remark {
  readonly text: string
  /** Duration of a job, divided by the lifetime of its storage credentials. */
  readonly lives?: number
}

/**
 * Step that runs a function, for example to change the server during a statement, or to check the effect of several
 * statements.
 */
export interface ActStep extends StepOutcome {
  readonly on: EngineName
  /** Statement that the report shows for the step. */
  readonly what: string
  readonly act: (engine: Engine) => Promise<Remark>
}

export type Step = SqlStep | CallStep | ActStep

export interface Scenario {
  /** Name of the scenario, such as `spark/tables` or `cross/spark-trino`. */
  readonly name: string
  readonly engines: readonly EngineName[]
  /**
   * Kinds of storage on which the scenario runs. Default: all that its engines support, except `users` and the slow
   * `short-lived`.
   */
  readonly storages?: readonly StorageName[]
  /** Returns the reason why the scenario cannot run with this setup, or undefined if it can. */
  readonly skip?: (setup: Setup) => string | undefined
  readonly steps: (setup: Setup, engine: (name: EngineName) => Promise<Engine>) => Step[] | Promise<Step[]>
}

/** Returns a function that creates SQL steps for one engine. */
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

/** Creates a step that calls a Python function in engines/pyiceberg/steps. */
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
