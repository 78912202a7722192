import { cacheFolder } from '../../conformance/lib/paths.ts'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { pythonVenv } from '../../conformance/lib/python-venv.ts'

// An extension works only with the DuckDB version that it was built for, so DuckDB and all extensions have this
// version.
const version = '1.5.5'

/** Installs DuckDB and, as Python packages, the extensions that it would otherwise download at run time. */
export async function installDuckDb(keeper: ProcessKeeper, say: (line: string) => void): Promise<string> {
  const packages = ['duckdb', 'duckdb-extension-httpfs', 'duckdb-extension-avro', 'duckdb-extension-iceberg']
  return pythonVenv(
    keeper,
    cacheFolder('engines', 'duckdb'),
    [...packages.map((name) => `${name}==${version}`), 'pytz'],
    say,
  )
}
