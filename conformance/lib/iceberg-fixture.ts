import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { CatalogAccess, WarehouseStorage } from './catalog-access.ts'
import { freePort } from './free-port.ts'
import { findJdk, jdkCommand } from './jdk.ts'
import type { KeptProcess, ProcessKeeper } from './process-keeper.ts'
import { responds, waitUntilReady } from './wait-until-ready.ts'

/**
 * Starts the REST catalog server of Iceberg's compatibility kit (RCK), with SQLite in `folder`. It checks no
 * credentials. Suites compare Headgate with it: a test that fails with both servers shows no fault of Headgate.
 *
 * @param jars folder with the kit's jars, see rck/install.ts
 */
export async function startIcebergFixture(
  keeper: ProcessKeeper,
  options: { readonly jars: string; readonly folder: string; readonly storage: WarehouseStorage },
): Promise<{ readonly access: CatalogAccess; readonly process: KeptProcess }> {
  const { jars, folder, storage } = options
  mkdirSync(folder, { recursive: true })
  if (storage.kind === 'file') mkdirSync(storage.root, { recursive: true })
  // The fixture sets SO_REUSEPORT, so it would not notice that its port is in use. It therefore gets a free
  // port.
  const port = await freePort()
  const child = keeper.start({
    name: 'iceberg-fixture',
    command: jdkCommand(findJdk(17), 'java'),
    args: [
      '-Xmx512m',
      '-XX:TieredStopAtLevel=1',
      '-cp',
      join(jars, '*'),
      'org.apache.iceberg.rest.RESTCatalogServer',
    ],
    env: {
      CATALOG_REST_PORT: String(port),
      CATALOG_WAREHOUSE: storage.kind === 'file' ? `file://${storage.root}` : storage.root,
      CATALOG_URI: `jdbc:sqlite:${join(folder, 'catalog.db')}?busy_timeout=10000`,
      CATALOG_JDBC_STRICT__MODE: 'true',
      ...(storage.kind === 's3'
        ? {
            CATALOG_IO__IMPL: 'org.apache.iceberg.aws.s3.S3FileIO',
            CATALOG_S3_ENDPOINT: storage.endpoint,
            CATALOG_S3_PATH__STYLE__ACCESS: 'true',
            CATALOG_S3_ACCESS__KEY__ID: storage.accessKeyId,
            CATALOG_S3_SECRET__ACCESS__KEY: storage.secretAccessKey,
            CATALOG_CLIENT_REGION: storage.region,
          }
        : {}),
    },
    log: join(folder, 'fixture.log'),
  })
  const uri = `http://127.0.0.1:${port}`
  await waitUntilReady(child, () => responds(`${uri}/v1/config`), 60_000)
  return { access: { uri, warehouse: undefined, auth: { kind: 'none' }, storage }, process: child }
}
