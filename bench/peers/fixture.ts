import { mkdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { WarehouseStorage } from '../../conformance/lib/catalog-access.ts'
import { fetchJar } from '../../conformance/lib/fetch-jar.ts'
import { freePort } from '../../conformance/lib/free-port.ts'
import { findJdk, jdkCommand } from '../../conformance/lib/jdk.ts'
import { responds, waitUntilReady } from '../../conformance/lib/wait-until-ready.ts'
import { installKit } from '../../conformance/rck/install.ts'
import { type BenchRun, toLogPath } from '../lib/bench-run.ts'
import { seated } from '../lib/cores.ts'
import type { BenchPostgres } from '../lib/postgres.ts'
import type { Peer } from './peer.ts'

/** Database in which the REST fixture of Iceberg stores the metadata locations of tables. */
export type FixtureStore =
  { readonly kind: 'sqlite' } | { readonly kind: 'postgresql'; readonly postgres: BenchPostgres }

/**
 * Starts the REST fixture of the Iceberg project (JdbcCatalog). The just-in-time compiler of Java uses all
 * optimizations. The fixture does not check credentials.
 */
export async function startFixture(
  run: BenchRun,
  options: { readonly name: string; readonly store: FixtureStore; readonly storage: WarehouseStorage },
): Promise<Peer> {
  const { name, store, storage } = options
  const { jars } = await installKit(run.keeper, run.say)
  const folder = join(run.folder, name)
  mkdirSync(folder, { recursive: true })
  if (storage.kind === 'file') mkdirSync(storage.root, { recursive: true })
  const port = await freePort()
  const classPath = [join(jars, '*')]
  if (store.kind === 'postgresql') {
    classPath.push(await fetchJar(run.keeper, 'postgresql-jdbc', 'org.postgresql:postgresql:42.7.7'))
  }
  const child = run.keeper.start({
    name,
    ...seated(run.placement, 'server', jdkCommand(findJdk(17), 'java'), [
      '-Xmx1g',
      '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
      '-cp',
      classPath.join(delimiter),
      'org.apache.iceberg.rest.RESTCatalogServer',
    ]),
    env: {
      CATALOG_REST_PORT: String(port),
      CATALOG_WAREHOUSE: storage.kind === 'file' ? `file://${storage.root}` : storage.root,
      CATALOG_JDBC_STRICT__MODE: 'true',
      ...(await pointerStore(store, folder)),
      ...(storage.kind === 's3'
        ? {
            CATALOG_IO__IMPL: 'org.apache.iceberg.aws.s3.S3FileIO',
            CATALOG_S3_ENDPOINT: storage.endpoint,
            CATALOG_S3_PATH__STYLE__ACCESS: 'true',
            CATALOG_S3_ACCESS__KEY__ID: storage.accessKeyId,
            CATALOG_S3_SECRET__ACCESS__KEY: storage.secretAccessKey,
          }
        : {}),
    },
    log: toLogPath(run, name),
  })
  const base = `http://127.0.0.1:${port}`
  await waitUntilReady(child, () => responds(`${base}/v1/config`), 60_000)
  const where = `${store.kind === 'sqlite' ? 'SQLite' : 'PostgreSQL'}, ${storage.kind === 's3' ? 'MinIO' : 'local files'}`
  return { name: `Iceberg fixture 1.11.0, ${where}`, base, warehouse: undefined, warm: true, process: child }
}

async function pointerStore(store: FixtureStore, folder: string): Promise<Record<string, string>> {
  if (store.kind === 'sqlite') {
    return { CATALOG_URI: `jdbc:sqlite:${join(folder, 'catalog.db')}?busy_timeout=10000` }
  }
  const { postgres } = store
  const database = 'peer_fixture'
  await postgres.dropDatabase(database)
  await postgres.createDatabase(database)
  return {
    CATALOG_URI: `jdbc:postgresql://127.0.0.1:${postgres.port}/${database}`,
    CATALOG_JDBC_USER: postgres.user,
    CATALOG_JDBC_PASSWORD: postgres.password,
    CATALOG_JDBC_SCHEMA__VERSION: 'V1',
  }
}
