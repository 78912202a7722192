import { join } from 'node:path'
import { readStorageKeys, type StorageKeys } from '../../conformance/refresh/storage-keys.ts'
import type { Lab } from '../cases/lab.ts'
import { poolSize } from '../cases/lab.ts'
import { startBenchHeadgate } from '../lib/headgate.ts'
import type { Started } from '../lib/ready.ts'
import { call, type Catalog, createNamespace, createTable, openCatalog, tablePath } from './catalog.ts'
import { warehouse } from './stores.ts'
import { smallTable } from './table-metadata.ts'
import { createGatewayWarehouse } from './warehouse.ts'

/** Asks for storage credentials with a table. */
export const asksForCredentials = { 'x-iceberg-access-delegation': 'vended-credentials' } as const

/** A storage credential in the response for a table. */
export interface Vended {
  readonly prefix: string
  readonly keys: StorageKeys
  readonly refreshToken: string
}

/** A separate server, whose only table has keys for the storage gateway. */
export interface VendingServer extends Started {
  readonly catalog: Catalog
  /** Path of the table. */
  readonly path: string
}

export async function startVendingServer(lab: Lab, name: string): Promise<VendingServer> {
  const { run, postgres } = lab
  const database = name.replaceAll('-', '_')
  await postgres.dropDatabase(database)
  await postgres.createDatabase(database)
  const dataDir = join(run.folder, name)
  const server = await startBenchHeadgate(run, {
    name,
    dataDir,
    databaseUrl: postgres.url(database),
    env: {
      HEADGATE_S3_PORT: '0',
      HEADGATE_DATABASE_POOL_SIZE: String(poolSize),
      HEADGATE_MAX_CONCURRENT_REQUESTS: '4000',
    },
  })
  await createGatewayWarehouse(server.origin, warehouse, {
    root: join(dataDir, 'warehouses', warehouse),
    bucket: 'bench-lake',
  })
  const catalog = await openCatalog(server.origin, warehouse)
  await createNamespace(catalog, 'n0')
  await createTable(catalog, 'n0', 't0', smallTable)
  return { ...server, catalog, path: tablePath(catalog, 'n0', 't0') }
}

/** Loads the table with storage access. */
export async function vended({ catalog, path }: VendingServer): Promise<Vended> {
  const headers = { ...catalog.headers, ...asksForCredentials }
  const answer = (await call({ ...catalog, headers }, 'GET', path)) as {
    readonly 'storage-credentials'?: readonly {
      readonly prefix: string
      readonly config: Readonly<Record<string, string>>
      readonly 'storage-refresh-token'?: string
    }[]
  }
  const [credential] = answer['storage-credentials'] ?? []
  const keys = credential && readStorageKeys(credential)
  const refreshToken = credential?.['storage-refresh-token']
  if (credential === undefined || keys === undefined || refreshToken === undefined)
    throw new Error(`no storage credential came with ${path}`)
  return { prefix: credential.prefix, keys, refreshToken }
}
