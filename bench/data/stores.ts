import { mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { WarehouseStorage } from '../../conformance/lib/catalog-access.ts'
import { isInstalled, markInstalled, stampOf } from '../../conformance/lib/stamp.ts'
import type { BenchRun } from '../lib/bench-run.ts'
import { startBenchHeadgate } from '../lib/headgate.ts'
import { type BenchPostgres, withClient } from '../lib/postgres.ts'
import { cloneTables } from './clone-tables.ts'
import { createWarehouse } from './warehouse.ts'
import { createNamespace, createTable, openCatalog } from './catalog.ts'
import { largeTable, smallTable, type TableSize } from './table-metadata.ts'

/** Name of the warehouse in every store. */
export const warehouse = 'bench'

/** A database filled for the benchmark, and the data directory of the server that goes with it. */
export interface Store {
  readonly database: string
  readonly dataDir: string
  readonly tables: number
}

/** Change it when stores that exist must be made anew. */
const edition = '5'

/** Makes the tables of a store that is new, and has the namespace `n0`. */
type Filling = (create: Create, count: number) => Promise<void>
type Create = (namespace: string, name: string, size: TableSize) => Promise<void>

/** Finds or makes the store of its kind with this many tables. It is kept between runs, below `root`. */
type StoreOf = (run: BenchRun, postgres: BenchPostgres, root: string, tables: number) => Promise<Store>

/** Many small tables, `n{i % namespaces}.t{i}`, made through the API (the first) and by SQL (the others). */
export const smallTables: StoreOf = storeOf(
  'small',
  (create) => create('n0', 't0', smallTable),
  async (url, tables) => {
    if (tables > 1) await withClient(url, (client) => cloneTables(client, tables))
  },
)

/** A few tables of about 2 MB of metadata each, all of them real. */
export const largeTables: StoreOf = storeOf('large', allOf(largeTable))

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
  // Its tables are where it was made.
  const stamp = stampOf(edition, dataDir)
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

/** Small tables to commit to in an object store that goes with the run, made anew each time. */
export async function commitTablesOn(
  run: BenchRun,
  postgres: BenchPostgres,
  storage: WarehouseStorage,
  tables: number,
): Promise<Store> {
  const store = { database: 'commit_elsewhere', dataDir: join(run.folder, 'commit-elsewhere'), tables }
  await postgres.dropDatabase(store.database)
  await postgres.createDatabase(store.database)
  await fill(run, postgres, store, allOf(smallTable), storage)
  return store
}

async function fill(
  run: BenchRun,
  postgres: BenchPostgres,
  store: Store,
  filling: Filling,
  storage: WarehouseStorage = { kind: 'file', root: join(store.dataDir, 'warehouses', warehouse) },
): Promise<void> {
  const { database, dataDir } = store
  const server = await startBenchHeadgate(run, {
    name: `fill-${database}`,
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
