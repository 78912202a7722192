import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import type { EngineAccess } from './access.ts'

export const engineNames = ['pyiceberg', 'javascript', 'duckdb', 'clickhouse', 'spark', 'trino'] as const
export type EngineName = (typeof engineNames)[number]

/** Time limit of a statement in ms. Some statements wait intentionally. */
export const statementTimeoutMs: number = 10 * 60_000

/** JSON value of a result. Decimals, dates and times are strings. */
export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value }
export type Rows = readonly (readonly Value[])[]

/** Running engine that is connected to one warehouse of the catalog. */
export interface Engine {
  readonly name: EngineName
  readonly version: string
  /**
   * Executes one SQL statement and returns its rows. Throws an error with the message of the engine.
   *
   * @param user user of the statement, in engines with users (Trino)
   */
  sql(statement: string, user?: string): Promise<Rows>
  /** Calls a function in the folder `steps` of the engine. `name` has the form `module.function`. */
  call(name: string, args: Readonly<Record<string, Value>>): Promise<Value>
  stop(): Promise<void>
}

export interface EngineSettings {
  readonly keeper: ProcessKeeper
  /** Connection settings of the default catalog, whose name is `ice`. */
  readonly access: EngineAccess
  /**
   * Connection settings of additional catalogs, keyed by name, for engines that support several catalogs (Spark and
   * Trino).
   */
  readonly others: Readonly<Record<string, EngineAccess>>
  /**
   * Whether the catalog returns the endpoint, region and path style of its S3 storage. The configuration of engines
   * that read these values then contains only keys.
   */
  readonly catalogTellsPlace: boolean
  /** Folder for logs and for files of the engine. */
  readonly folder: string
  readonly say: (line: string) => void
}

/** Starts an engine, which it first installs if necessary, and connects the engine to the catalog. */
export type StartEngine = (settings: EngineSettings) => Promise<Engine>
