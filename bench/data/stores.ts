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

/** Name of the warehouse in every store. */
export const warehouse = 'bench'

/** A database filled for the benchmark, and the data directory of its server. */
export interface Store {
  readonly database: string
  readonly dataDir: string
  readonly tables: number
}

/** Changes when existing stores must be replaced. */
const edition = '5'

/** Makes the tables of a new store, which has the namespace `n0`. */
type Filling = (create: Create, count: number) => Promise<void>
type Create = (namespace: string, name: string, size: TableSize) => Promise<void>

/** Returns the store of its kind with this number of tables. Makes it if it is missing, and keeps it below `root`. */
type StoreOf = (run: BenchRun, postgres: BenchPostgres, root: string, tables: number) => Promise<Store>

/** Many small tables, `n{i % namespaces}.t{i}`, made through the API (the first) and by SQL (the others). */
export const smallTables: StoreOf = storeOf(
  'small',
  (create) => create('n0', 't0', smallTable),
  async (url, tables) => {
    if (tables > 1) await withClient(url, (client) => cloneTables(client, tables))
  },
)

/** A few real tables of about 2 MB of metadata each. */
export const largeTables: StoreOf = storeOf('large', allOf(largeTable))

/** The least possible metadata: the cases measure rows. */
export const placesTable: TableSize = { columns: 3, snapshots: 0 }

/** Many tables with little metadata, and one staged create at a chosen location for each ten of them; `n0.c0` and so on are real. */
export const placesStore: StoreOf = storeOf(
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

/** Real small tables to commit to. */
export const commitTables: StoreOf = storeOf('commit', allOf(smallTable))

function storeOf(
  kind: string,
  filling: Filling,
  finish: (databaseUrl: string, tables: number) => Promise<void> = () => Promise.resolve(),
): StoreOf {
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

function allOf(size: TableSize): Filling {
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
  // The tables have absolute locations below the data directory.
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
  /** Folder of the checkout whose server fills the store. Default: this one. */
  readonly checkout?: string
}

/** Number of real tables of `mixedTablesOn`, other than `n0.t0`. */
export const mixedCommitted = 9

/** Makes many small tables for one run, like `smallTables`, and `n0.c0` and so on. Only those and `n0.t0` have files. */
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

/** Makes small tables to commit to for one run. Without `storage`, their warehouse is in local files. */
export async function commitTablesOn(
  run: BenchRun,
  postgres: BenchPostgres,
  storage: WarehouseStorage | undefined,
  tables: number,
  { database, checkout }: RunStore = { database: 'commit_elsewhere' },
): Promise<Store> {
  const store = await newStore(run, postgres, database, tables)
  await fill(run, postgres, store, allOf(smallTable), { storage, checkout })
  return store
}

/** Makes an empty database in place of an earlier one, with a data directory in the folder of the run. */
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
