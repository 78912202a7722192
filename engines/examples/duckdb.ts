import { cpSync, globSync, mkdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { installDuckDb } from '../install/duckdb.ts'
import type { Example } from './example.ts'

export const duckdbExample: Example = {
  name: 'duckdb',
  quick: true,
  async prepare({ keeper, say, folder }) {
    const python = await installDuckDb(keeper, say)
    // Copies the extensions from the installed Python packages to DuckDB's extension folder, so that INSTALL
    // downloads nothing.
    const [packages = ''] = globSync(join(dirname(dirname(python)), 'lib/python3*/site-packages'))
    for (const file of globSync(join(packages, 'duckdb_extension_*/extensions/*/*.duckdb_extension'))) {
      const version = basename(dirname(file))
      const into = join(folder, 'home/.duckdb/extensions', version, platformName())
      mkdirSync(into, { recursive: true })
      cpSync(file, join(into, basename(file)))
    }
    return { path: [dirname(python)], env: { HOME: join(folder, 'home') } }
  },
}

/** Returns the name of this platform in DuckDB's extension folder. */
function platformName(): string {
  const system = process.platform === 'darwin' ? 'osx' : 'linux'
  return `${system}_${process.arch === 'x64' ? 'amd64' : process.arch}`
}
