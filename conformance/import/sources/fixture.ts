import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startIcebergFixture } from '../../lib/iceberg-fixture.ts'
import type { ProcessKeeper } from '../../lib/process-keeper.ts'
import { installKit } from '../../rck/install.ts'
import type { ImportSource } from './source.ts'

/** Starts Iceberg's REST fixture on SQLite and local files. */
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
    // The HTTP server of the fixture refuses %1F in paths, so nested namespaces are not possible.
    nested: false,
    root: null,
    keepsViewFiles: false,
  }
}
