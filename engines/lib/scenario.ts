import type { EngineAccess, StorageName } from './access.ts'
import type { Engine, EngineName, Rows, Value } from './engine.ts'
import type { Lake } from './lake.ts'

/** What a scenario may build its statements from. */
export interface Setup {
  /** A namespace name of its own; the scenario creates it. */
  readonly namespace: string
  readonly storage: StorageName
  readonly access: EngineAccess
  /** The server, for scenarios that watch or disturb it; null when it is not one of this run. */
  readonly lake: Lake | null
}

interface StepOutcome {
  /** Title, as a promise: "appends to a table". */
  readonly title: string
  /** Rows that must come back, in this order. */
  readonly rows?: Rows
  /** The step must fail with a message that matches. */
  readonly fails?: RegExp
  /** Further look at the answer; throws when it is not right. */
  readonly check?: (answer: Rows) => void
}

export interface SqlStep extends StepOutcome {
  readonly on: EngineName
  readonly sql: string
  /** Who runs it, in engines that have users. */
  readonly user?: string
}

export interface CallStep extends StepOutcome {
  readonly on: 'pyiceberg' | 'javascript'
  /** `module.function` of engines/pyiceberg/steps, or a name of engines/javascript/steps.ts */
  readonly call: string
  readonly args?: Readonly<Record<string, Value>>
}

/** What a step has looked at, for the report. */
export interface Remark {
  readonly text: string
  /** How many lives of its storage access a job took. */
  readonly lives?: number
}

/** More than one statement: something happens while it runs, or what it caused is looked at. */
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
  /** Where it runs. When left out: wherever its engines can, except where it is slow on purpose (`short-lived`) and `users`. */
  readonly storages?: readonly StorageName[]
  /** Why it cannot run in this setup, if so. */
  readonly skip?: (setup: Setup) => string | undefined
  readonly steps: (setup: Setup, engine: (name: EngineName) => Promise<Engine>) => Step[] | Promise<Step[]>
}

/** Shorthands in which the scenarios are written. */
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
