import { readFileSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { CliError } from '../../cli-error.ts'
import { exitCode } from '../../exit-code.ts'
import type { Io } from '../../io.ts'
import type { CatalogSettings } from '../catalog-settings.ts'
import type { EngineName } from '../engines/engine-traits.ts'
import { duckdb } from './duckdb.ts'
import { pyiceberg } from './pyiceberg.ts'
import { unreadable } from './read-error.ts'
import type { EngineReader } from './reader.ts'
import { spark } from './spark.ts'
import { doris, starrocks } from './sql-catalog.ts'
import { trino } from './trino.ts'

/** Readers of configurations, in the order in which they are tried. */
const readers: readonly EngineReader[] = [trino, spark, starrocks, doris, duckdb, pyiceberg]

export interface ConfigurationChoice {
  readonly file: string
  readonly engine: EngineName | undefined
  readonly engineVersion: string | undefined
  readonly catalog: string | undefined
}

const maxBytes = 1024 * 1024

/**
 * Reads the configuration file of an engine. The content of the file determines the engine, unless the user names the
 * engine.
 *
 * @throws CliError for a file that cannot be read or is not the configuration of a known engine
 */
export function readConfiguration(
  { cwd, env }: Pick<Io, 'cwd' | 'env'>,
  { file, engine, engineVersion, catalog }: ConfigurationChoice,
): CatalogSettings {
  const path = file === '-' ? '-' : resolve(cwd, file)
  const text = readText(path)
  const source = path === '-' ? 'standard input' : basename(path)
  const reader = readers.find((each) => (engine === undefined ? each.matches(text) : each.engine === engine))
  if (reader === undefined) {
    throw unreadable(
      source,
      engine === undefined
        ? 'the file is not the configuration of a known engine.'
        : `configurations of ${engine} cannot be read.`,
      'Name a file of Spark, Trino, PyIceberg, DuckDB, StarRocks or Doris, or describe the catalog with --uri, --auth and --set.',
    )
  }
  const folder = path === '-' ? cwd : dirname(path)
  return reader.read({ text, source, catalog, engineVersion, env, folder })
}

function readText(path: string): string {
  try {
    const bytes = readFileSync(path === '-' ? 0 : path)
    if (bytes.length <= maxBytes) return bytes.toString('utf8')
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason'
    throw new CliError(exitCode.usage, `The file ${path} cannot be read (${reason}).`, { cause })
  }
  throw unreadable(
    basename(path),
    'the file has more than 1 MiB.',
    'Name the configuration file of the engine.',
  )
}
