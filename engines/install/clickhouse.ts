import { cacheFolder } from '../../conformance/lib/paths.ts'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { pythonVenv } from '../../conformance/lib/python-venv.ts'

/** Installs ClickHouse as a Python module (chdb). Returns the path of the Python interpreter that can import it. */
export async function installClickHouse(keeper: ProcessKeeper, say: (line: string) => void): Promise<string> {
  return pythonVenv(keeper, cacheFolder('engines', 'clickhouse'), ['chdb==4.4.0'], say)
}
