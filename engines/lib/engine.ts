import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import type { EngineAccess } from './access.ts'

export const engineNames = ['pyiceberg', 'javascript', 'duckdb', 'clickhouse', 'spark', 'trino'] as const
export type EngineName = (typeof engineNames)[number]

/** No statement takes longer, ms. Some wait on purpose. */
export const statementTimeoutMs: number = 10 * 60_000

/** Values as JSON has them; decimals, dates and times come as text. */
export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value }
export type Rows = readonly (readonly Value[])[]

/** A running engine that is connected to one warehouse of the catalog. */
export interface Engine {
  readonly name: EngineName
  readonly version: string
  /**
   * Runs one SQL statement. Throws an Error with the engine's message.
   *
   * @param user who runs it, in engines that have users (Trino)
   */
  sql(statement: string, user?: string): Promise<Rows>
  /** Calls a function of the engine's own steps, `module.function`. */
  call(name: string, args: Readonly<Record<string, Value>>): Promise<Value>
  stop(): Promise<void>
}

export interface EngineSettings {
  readonly keeper: ProcessKeeper
  /** The catalog `ice`. */
  readonly access: EngineAccess
  /** Further catalogs by name, for engines that can have several: Spark and Trino. */
  readonly others: Readonly<Record<string, EngineAccess>>
  /**
   * The catalog tells clients the endpoint, region and path style of its S3 storage: engines that take them from it are
   * given keys only.
   */
  readonly catalogTellsPlace: boolean
  /** Folder for logs and for the engine's own files. */
  readonly folder: string
  readonly say: (line: string) => void
}

/** Installs the engine if need be, starts it and connects it to the catalog. */
export type StartEngine = (settings: EngineSettings) => Promise<Engine>
