import type { CatalogAuth, StorageKind, WarehouseStorage } from '../../conformance/lib/catalog-access.ts'
import type { Engine, EngineName, Rows, Value } from './engine.ts'

/** What a scenario may build its statements from. */
export interface Setup {
  /** A namespace name of its own; the scenario creates it. */
  readonly namespace: string
  readonly storage: WarehouseStorage
  readonly auth: CatalogAuth
  /** Base URI of the catalog. */
  readonly uri: string
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
}

export interface CallStep extends StepOutcome {
  readonly on: 'pyiceberg'
  /** `module.function` of engines/pyiceberg/steps */
  readonly call: string
  readonly args?: Readonly<Record<string, Value>>
}

export type Step = SqlStep | CallStep

export interface Scenario {
  /** `spark/tables`, `cross/spark-trino` … */
  readonly name: string
  readonly engines: readonly EngineName[]
  /** Where it can run; all storages when left out. */
  readonly storages?: readonly StorageKind[]
  /** Why it cannot run in this setup, if so. */
  readonly skip?: (setup: Setup) => string | undefined
  readonly steps: (setup: Setup, engine: (name: EngineName) => Promise<Engine>) => Step[] | Promise<Step[]>
}

/** Shorthands in which the scenarios are written. */
export function onEngine(on: EngineName): (title: string, sql: string, outcome?: Rows | RegExp) => SqlStep {
  return (title, sql, outcome) => {
    if (outcome === undefined) return { title, on, sql }
    return outcome instanceof RegExp ? { title, on, sql, fails: outcome } : { title, on, sql, rows: outcome }
  }
}

export const spark: ReturnType<typeof onEngine> = onEngine('spark')
export const trino: ReturnType<typeof onEngine> = onEngine('trino')
export const duckdb: ReturnType<typeof onEngine> = onEngine('duckdb')

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
