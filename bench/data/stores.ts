import { mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { WarehouseStorage } from '../../conformance/lib/catalog-access.ts'
import { isInstalled, markInstalled, computeStamp } from '../../conformance/lib/stamp.ts'
import type { BenchRun } from '../lib/bench-run.ts'
import { startBenchHeadgate } from '../lib/headgate.ts'
import { type BenchPostgres, withClient } from '../lib/postgres.ts'
import { cloneTables, namespacesFor } from './clone-tables.ts'
import { createWarehouse } from './warehouse.ts'
import { createNamespace, createTable, openCatalog } from './catalog.ts'
import { committedTables, stageTables } from './places.ts'
import { largeTable, smallTable, type TableSize } from './table-metadata.ts'

/** Name of the only warehouse in each benchmark database. */
export const warehouse = 'bench'

/** Filled benchmark database, with the data directory of its server. */
export interface Store {
  readonly database: string
  readonly dataDir: string
  readonly tables: number
}

/**
 * Version of the content of the benchmark databases. With another version, the databases of earlier runs are
 * replaced.
 */
const edition = '6'

/** Creates the tables in a new benchmark database. The database already contains the namespace `n0`. */
type Filling = (create: Create, count: number) => Promise<void>
type Create = (namespace: string, name: string, size: TableSize) => Promise<void>

/**
 * Opens the benchmark database that contains `tables` tables, and its data directory below `root`. Creates
 * and fills both if they do not exist.
 */
type OpenStore = (run: BenchRun, postgres: BenchPostgres, root: string, tables: number) => Promise<Store>

/**
 * Database of many small tables with the names `n{i % namespaces}.t{i}`. The API creates the first table, and
 * SQL statements copy it.
 */
export const smallTables: OpenStore = defineStore(
  'small',
  (create) => create('n0', 't0', smallTable),
  async (url, tables) => {
    if (tables > 1) await withClient(url, (client) => cloneTables(client, tables))
  },
)

/** Database of a few tables with about 2 MB of metadata each. The API creates all of them. */
export const largeTables: OpenStore = defineStore('large', fillWith(largeTable))

/** Size of a table with as little metadata as possible, for cases in which the number of rows matters. */
export const placesTable: TableSize = { columns: 3, snapshots: 0 }

/**
 * Database of many tables with little metadata, and one staged table for every ten tables, with a location as
 * if a client had chosen it. The tables `n0.c0`, `n0.c1` and so on have metadata files.
 */
export const placesStore: OpenStore = defineStore(
  'places',
  async (create) => {
    await create('n0', 't0', placesTable)
    for (let n = 0; n < committedTables; n += 1) await create('n0', `c${n}`, placesTable)
  },
  async (url, tables) => {
    if (tables === 1) return
    await withClient(url, async (client) => {
      await cloneTables(client, tables)
      await stageTables(client, tables / 10, namespacesFor(tables))
    })
  },
)

/** Database of small tables that clients commit to. The API creates all of them. */
export const commitTables: OpenStore = defineStore('commit', fillWith(smallTable))

function defineStore(
  kind: string,
  filling: Filling,
  finish: (databaseUrl: string, tables: number) => Promise<void> = () => Promise.resolve(),
): OpenStore {
  return (run, postgres, root, tables) => {
    mkdirSync(root, { recursive: true })
    const dataDir = join(realpathSync(root), `${kind}-${tables}`)
    const store = { database: `${kind}_${tables}`, dataDir, tables }
    return kept(run, postgres, store, async () => {
      await fill(run, postgres, store, filling)
      await finish(postgres.url(store.database), tables)
    })
  }
}

function fillWith(size: TableSize): Filling {
  return async (create, count) => {
    for (let n = 0; n < count; n += 1) await create('n0', `t${n}`, size)
  }
}

async function kept(
  run: BenchRun,
  postgres: BenchPostgres,
  store: Store,
  make: () => Promise<void>,
): Promise<Store> {
  const { dataDir, database } = store
  // A benchmark database belongs to one data directory, because the locations of its tables are absolute
  // paths in this directory.
  const stamp = computeStamp(edition, dataDir)
  if (isInstalled(dataDir, stamp) && !(await postgres.createDatabase(database))) return store
  run.say(`making the store ${database} …`)
  const startedAt = Date.now()
  await postgres.dropDatabase(database)
  rmSync(dataDir, { recursive: true, force: true })
  await postgres.createDatabase(database)
  await make()
  markInstalled(dataDir, stamp)
  const seconds = (Date.now() - startedAt) / 1000
  writeFileSync(join(dataDir, 'made-in-seconds'), `${seconds}\n`)
  run.say(`made ${database} in ${seconds.toFixed(0)} s`)
  return store
}

interface RunStore {
  readonly database: string
  /** Folder of the checkout whose server fills the database. Default: this checkout. */
  readonly checkout?: string
}

/**
 * Number of tables `n0.c…` of `mixedTablesOn`, which have metadata files. The table `n0.t0` also has one and
 * does not count.
 */
export const mixedCommitted = 9

/**
 * Creates a database of many small tables for one run, like `smallTables`, and adds the tables `n0.c0`,
 * `n0.c1` and so on. Only `n0.t0` and the tables `n0.c…` have metadata files.
 */
export async function mixedTablesOn(
  run: BenchRun,
  postgres: BenchPostgres,
  tables: number,
  { database, checkout }: RunStore,
): Promise<Store> {
  const store = await newStore(run, postgres, database, tables)
  await fill(run, postgres, store, fillMixed, { checkout })
  await withClient(postgres.url(database), (client) => cloneTables(client, tables))
  return store
}

/**
 * Creates a database of small tables for one run, to which clients commit. Without `storage`, the warehouse
 * of the tables is a local directory.
 */
export async function commitTablesOn(
  run: BenchRun,
  postgres: BenchPostgres,
  storage: WarehouseStorage | undefined,
  tables: number,
  { database, checkout }: RunStore = { database: 'commit_elsewhere' },
): Promise<Store> {
  const store = await newStore(run, postgres, database, tables)
  await fill(run, postgres, store, fillWith(smallTable), { storage, checkout })
  return store
}

/**
 * Creates an empty database, which replaces the database of an earlier run, and a data directory in the
 * folder of the run.
 */
async function newStore(
  run: BenchRun,
  postgres: BenchPostgres,
  database: string,
  tables: number,
): Promise<Store> {
  await postgres.dropDatabase(database)
  await postgres.createDatabase(database)
  return { database, dataDir: join(run.folder, database), tables }
}

const fillMixed: Filling = async (create) => {
  await create('n0', 't0', smallTable)
  for (let n = 0; n < mixedCommitted; n += 1) await create('n0', `c${n}`, smallTable)
}

async function fill(
  run: BenchRun,
  postgres: BenchPostgres,
  store: Store,
  filling: Filling,
  {
    storage = { kind: 'file', root: join(store.dataDir, 'warehouses', warehouse) },
    checkout,
  }: { readonly storage?: WarehouseStorage | undefined; readonly checkout?: string | undefined } = {},
): Promise<void> {
  const { database, dataDir } = store
  const server = await startBenchHeadgate(run, {
    name: `fill-${database}`,
    checkout,
    dataDir,
    databaseUrl: postgres.url(database),
  })
  try {
    await createWarehouse(server.origin, warehouse, storage)
    const catalog = await openCatalog(server.origin, warehouse)
    await createNamespace(catalog, 'n0')
    await filling((namespace, name, size) => createTable(catalog, namespace, name, size), store.tables)
  } finally {
    await server.process.stop()
  }
}
