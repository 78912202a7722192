import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import type { EngineAccess } from './access.ts'

export const engineNames = ['pyiceberg', 'javascript', 'duckdb', 'clickhouse', 'spark', 'trino'] as const
export type EngineName = (typeof engineNames)[number]

/** Time limit of a statement, ms. Some statements wait on purpose. */
export const statementTimeoutMs: number = 10 * 60_000

/** A JSON value. Decimals, dates and times are strings. */
export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value }
export type Rows = readonly (readonly Value[])[]

/** A running engine that is connected to one warehouse of the catalog. */
export interface Engine {
  readonly name: EngineName
  readonly version: string
  /**
   * Runs one SQL statement. Throws an Error with the engine's message.
   *
   * @param user user of the statement, in engines with users (Trino)
   */
  sql(statement: string, user?: string): Promise<Rows>
  /** Calls a function of the engine's steps folder, named `module.function`. */
  call(name: string, args: Readonly<Record<string, Value>>): Promise<Value>
  stop(): Promise<void>
}

export interface EngineSettings {
  readonly keeper: ProcessKeeper
  /** Connection settings of the default catalog, which is named `ice`. */
  readonly access: EngineAccess
  /** Connection settings of further catalogs by name, for engines that support several catalogs: Spark and Trino. */
  readonly others: Readonly<Record<string, EngineAccess>>
  /**
   * Whether the catalog returns endpoint, region and path style of its S3 storage. If so, engines that read these
   * values are configured only with keys.
   */
  readonly catalogTellsPlace: boolean
  /** Folder for logs and for the engine's own files. */
  readonly folder: string
  readonly say: (line: string) => void
}

/** Installs the engine if necessary, starts it and connects it to the catalog. */
export type StartEngine = (settings: EngineSettings) => Promise<Engine>
