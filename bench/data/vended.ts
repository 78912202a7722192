import { join } from 'node:path'
import { readStorageKeys, type StorageKeys } from '../../conformance/refresh/storage-keys.ts'
import type { Lab } from '../cases/lab.ts'
import { poolSize } from '../cases/lab.ts'
import { type HeadgateOptions, startBenchHeadgate } from '../lib/headgate.ts'
import { withClient } from '../lib/postgres.ts'
import type { Started } from '../lib/ready.ts'
import { call, type Catalog, createNamespace, createTable, openCatalog, tablePath } from './catalog.ts'
import { cloneTables } from './clone-tables.ts'
import { warehouse } from './stores.ts'
import { smallTable } from './table-metadata.ts'
import { createGatewayWarehouse } from './warehouse.ts'

/** Request header that asks the catalog to return storage credentials with a table. */
export const asksForCredentials = { 'x-iceberg-access-delegation': 'vended-credentials' } as const

/** Storage credential in a loadTable response. */
export interface Vended {
  readonly prefix: string
  readonly keys: StorageKeys
  readonly refreshToken: string
}

/** Separate server with a table, for which it returns storage keys of its storage gateway. */
export interface VendingServer extends Started {
  readonly catalog: Catalog
  /** URL path of the table. */
  readonly path: string
}

export interface VendingOptions extends Pick<HeadgateOptions, 'env' | 'preload'> {
  /** Number of tables. Only the first one has a metadata file. Default: 1. */
  readonly tables?: number
}

export async function startVendingServer(
  lab: Lab,
  name: string,
  { env, tables = 1, ...options }: VendingOptions = {},
): Promise<VendingServer> {
  const { run, postgres } = lab
  const database = name.replaceAll('-', '_')
  await postgres.dropDatabase(database)
  await postgres.createDatabase(database)
  const dataDir = join(run.folder, name)
  const server = await startBenchHeadgate(run, {
    name,
    dataDir,
    databaseUrl: postgres.url(database),
    ...options,
    env: {
      HEADGATE_S3_PORT: '0',
      HEADGATE_DATABASE_POOL_SIZE: String(poolSize),
      HEADGATE_MAX_CONCURRENT_REQUESTS: '4000',
      ...env,
    },
  })
  await createGatewayWarehouse(server.origin, warehouse, {
    root: join(dataDir, 'warehouses', warehouse),
    bucket: 'bench-lake',
  })
  const catalog = await openCatalog(server.origin, warehouse)
  await createNamespace(catalog, 'n0')
  await createTable(catalog, 'n0', 't0', smallTable)
  if (tables > 1) await withClient(postgres.url(database), (client) => cloneTables(client, tables))
  return { ...server, catalog, path: tablePath(catalog, 'n0', 't0') }
}

/** Loads the table and returns the first storage credential in the response. */
export async function vended({ catalog, path }: VendingServer): Promise<Vended> {
  const headers = { ...catalog.headers, ...asksForCredentials }
  const response = (await call({ ...catalog, headers }, 'GET', path)) as {
    readonly 'storage-credentials'?: readonly {
      readonly prefix: string
      readonly config: Readonly<Record<string, string>>
      readonly 'storage-refresh-token'?: string
    }[]
  }
  const [credential] = response['storage-credentials'] ?? []
  const keys = credential && readStorageKeys(credential)
  const refreshToken = credential?.['storage-refresh-token']
  if (credential === undefined || keys === undefined || refreshToken === undefined)
    throw new Error(`the response for ${path} contains no storage credential`)
  return { prefix: credential.prefix, keys, refreshToken }
}
