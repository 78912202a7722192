import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startIcebergFixture } from '../../lib/iceberg-fixture.ts'
import type { ProcessKeeper } from '../../lib/process-keeper.ts'
import { installKit } from '../../rck/install.ts'
import type { ImportSource } from './source.ts'

/**
 * Starts the REST catalog server of Iceberg's compatibility kit (RCK), with SQLite and local files, as a source of the
 * import.
 */
export async function startFixtureSource(
  keeper: ProcessKeeper,
  folder: string,
  say: (line: string) => void,
): Promise<ImportSource> {
  const { jars } = await installKit(keeper, say)
  const root = join(folder, 'warehouse')
  const { access, process } = await startIcebergFixture(keeper, {
    jars,
    folder,
    storage: { kind: 'file', root },
  })
  return {
    name: 'fixture',
    options: { uri: access.uri },
    process,
    warehouse: {
      name: 'fixture',
      storage: { kind: 'file', root: join(folder, 'target') },
      allowedLocations: [`file://${root}`],
    },
    readFile: (location) => readFile(new URL(location)),
    // The HTTP server of the RCK refuses %1F in paths, so it cannot serve nested namespaces.
    nested: false,
    root: null,
    keepsViewFiles: false,
  }
}
