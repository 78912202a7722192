import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { CatalogAccess, WarehouseStorage } from '../lib/catalog-access.ts'
import { startHeadgate } from '../lib/headgate-server.ts'
import { startIcebergFixture } from '../lib/iceberg-fixture.ts'
import { prepareWarehouse } from '../lib/prepare-warehouse.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import type { InstalledKit } from './install.ts'
import type { RckOptions } from './options.ts'

/** The catalog to test: the given one, Iceberg's fixture, or a Headgate server started for this run. */
export async function openTarget(
  keeper: ProcessKeeper,
  kit: InstalledKit,
  options: RckOptions,
  folder: string,
): Promise<CatalogAccess> {
  const storage: WarehouseStorage = { kind: 'file', root: join(folder, 'warehouse') }
  if (options.uri !== undefined) {
    return { uri: options.uri, warehouse: options.warehouse, auth: options.auth, storage }
  }
  mkdirSync(storage.root, { recursive: true })
  if (options.fixture) {
    const fixture = await startIcebergFixture(keeper, {
      jars: kit.jars,
      folder: join(folder, 'fixture'),
      storage,
    })
    return fixture.access
  }
  // fixed by the kit: tables below file:/tmp/<namespace>, views below the JVM's temporary folder
  const allowedLocations = ['file:///tmp/ns', 'file:///tmp/newdb', `file://${join(folder, 'tmp')}`]
  const server = await startHeadgate(keeper, {
    dataDir: join(folder, 'data'),
    log: join(folder, 'headgate.log'),
    env: { HEADGATE_FILE_ROOTS: [`file://${folder}`, ...allowedLocations].join(',') },
  })
  return prepareWarehouse(server, {
    name: 'rck',
    storage,
    allowedLocations,
  })
}
