import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isInstalled, markInstalled } from '../../conformance/lib/stamp.ts'
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
const edition = '4'

/**
 * The store with this many small tables, `n{i % namespaces}.t{i}`, made through the API (the first) and by SQL (the others).
 * It is kept between runs.
 *
 * @param root folder that keeps stores
 */
export async function smallTables(
  run: BenchRun,
  postgres: BenchPostgres,
  root: string,
  tables: number,
): Promise<Store> {
  return kept(
    run,
    postgres,
    { database: `small_${tables}`, dataDir: join(root, `small-${tables}`), tables },
    async (store) => {
      await fill(run, postgres, store, async (create) => create('n0', 't0', smallTable))
      if (tables > 1) await withClient(postgres.url(store.database), (client) => cloneTables(client, tables))
    },
  )
}

/** The store with a few tables of about 2 MB of metadata each, all of them real. */
export async function largeTables(
  run: BenchRun,
  postgres: BenchPostgres,
  root: string,
  tables: number,
): Promise<Store> {
  return kept(
    run,
    postgres,
    { database: `large_${tables}`, dataDir: join(root, `large-${tables}`), tables },
    (store) =>
      fill(run, postgres, store, async (create) => {
        for (let n = 0; n < tables; n += 1) await create('n0', `t${n}`, largeTable)
      }),
  )
}

/** The store with real small tables to commit to. */
export async function commitTables(
  run: BenchRun,
  postgres: BenchPostgres,
  root: string,
  tables: number,
): Promise<Store> {
  return kept(
    run,
    postgres,
    { database: `commit_${tables}`, dataDir: join(root, `commit-${tables}`), tables },
    (store) =>
      fill(run, postgres, store, async (create) => {
        for (let n = 0; n < tables; n += 1) await create('n0', `t${n}`, smallTable)
      }),
  )
}

async function kept(
  run: BenchRun,
  postgres: BenchPostgres,
  store: Store,
  make: (store: Store) => Promise<void>,
): Promise<Store> {
  const { dataDir, database } = store
  if (isInstalled(dataDir, edition) && !(await postgres.createDatabase(database))) return store
  run.say(`making the store ${database} …`)
  const startedAt = Date.now()
  await postgres.dropDatabase(database)
  rmSync(dataDir, { recursive: true, force: true })
  await postgres.createDatabase(database)
  await make(store)
  markInstalled(dataDir, edition)
  const seconds = (Date.now() - startedAt) / 1000
  writeFileSync(join(dataDir, 'made-in-seconds'), `${seconds}\n`)
  run.say(`made ${database} in ${seconds.toFixed(0)} s`)
  return store
}

type Create = (namespace: string, name: string, size: TableSize) => Promise<void>

async function fill(
  run: BenchRun,
  postgres: BenchPostgres,
  store: Store,
  work: (create: Create) => Promise<void>,
): Promise<void> {
  const { database, dataDir } = store
  const server = await startBenchHeadgate(run, {
    name: `fill-${database}`,
    dataDir,
    databaseUrl: postgres.url(database),
  })
  try {
    await createWarehouse(server.origin, warehouse, {
      kind: 'file',
      root: join(dataDir, 'warehouses', warehouse),
    })
    const catalog = await openCatalog(server.origin, warehouse)
    await createNamespace(catalog, 'n0')
    await work((namespace, name, size) => createTable(catalog, namespace, name, size))
  } finally {
    await server.process.stop()
  }
}
