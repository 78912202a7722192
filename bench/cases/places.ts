import { join } from 'node:path'
import { openCatalog, tablePath } from '../data/catalog.ts'
import { committedTables, removeLeftTables } from '../data/places.ts'
import { placesStore, placesTable, type Store, warehouse } from '../data/stores.ts'
import { createTableBody } from '../data/table-metadata.ts'
import { type Case, loadEntry } from '../lib/case.ts'
import { startBenchHeadgate } from '../lib/headgate.ts'
import { copyDatabase } from '../lib/postgres.ts'
import type { Contestant } from '../load/load.ts'
import type { Requests } from '../load/plan.ts'
import { type Lab, poolSize } from './lab.ts'
import { setProperty } from './commit.ts'
import { watched } from './watched.ts'

interface Server {
  readonly contestant: Contestant
  readonly store: Store
  readonly prefix: string
}

interface Operation {
  readonly id: string
  readonly title: string
  readonly requests: (server: Server) => Requests
}

const operations: readonly Operation[] = [
  {
    id: 'create',
    title: 'createTable at a random location',
    requests: (server) => creates(server, (name) => createTableBody(name, placesTable)),
  },
  {
    id: 'create-chosen',
    title: 'createTable at a location that the client chose',
    requests: (server) =>
      creates(server, (name) => ({
        ...createTableBody(name, placesTable),
        location: toLocation(server, name),
      })),
  },
  {
    id: 'stage',
    title: 'staged createTable at a random location',
    requests: (server) =>
      creates(server, (name) => ({ ...createTableBody(name, placesTable), 'stage-create': true })),
  },
  {
    id: 'stage-chosen',
    title: 'staged createTable at a location that the client chose',
    requests: (server) =>
      creates(server, (name) => ({
        ...createTableBody(name, placesTable),
        'stage-create': true,
        location: toLocation(server, name),
      })),
  },
  {
    id: 'commit',
    title: 'commit',
    requests: ({ contestant, prefix }) => ({
      kind: 'commits',
      paths: Array.from({ length: committedTables }, (_, n) =>
        tablePath({ origin: contestant.origin, prefix, headers: {} }, 'n0', `c${n}`),
      ),
      body: setProperty,
    }),
  },
  {
    id: 'overlaps',
    title: 'listing overlapping locations of a warehouse that has none',
    requests: () => ({ kind: 'paths', paths: [`/management/v1/warehouses/${warehouse}/overlaps`] }),
  },
]

/**
 * Returns cases of operations that claim storage locations or compare them with existing claims. The cases
 * run in two databases: one with one table, and one with a million tables and 100,000 staged tables. Each run
 * changes only a copy of the database.
 */
export async function placesCases(lab: Lab): Promise<Case[]> {
  const few = await startOn(lab, 1)
  const many = await startOn(lab, lab.maxTables)
  const connections = lab.thorough ? [1, 16] : [8]
  return operations.flatMap(({ id, title, requests }) =>
    connections.map((count): Case => {
      const entry = (server: Server, against: readonly string[]): Case['entries'][number] =>
        loadEntry(
          lab.run,
          server.contestant,
          { connections: count, headers: {}, requests: requests(server) },
          against,
        )
      return {
        id: `places-${id}-${count}`,
        title: `${title}, ${count} client${count === 1 ? '' : 's'}`,
        notes: [],
        entries: [entry(few, []), entry(many, [few.contestant.name])],
      }
    }),
  )
}

async function startOn(lab: Lab, tables: number): Promise<Server> {
  const { run, postgres } = lab
  const store = await placesStore(run, postgres, lab.stores, tables)
  await removeLeftTables(postgres.url(store.database), toRoot(store))
  const database = `${store.database}_run`
  await copyDatabase(postgres, store.database, database)
  const started = await startBenchHeadgate(run, {
    name: `headgate-places-${tables}`,
    dataDir: store.dataDir,
    databaseUrl: postgres.url(database),
    env: { HEADGATE_VERIFY_METADATA_FILES: 'false', HEADGATE_DATABASE_POOL_SIZE: String(poolSize) },
  })
  const name =
    tables === 1
      ? 'Headgate, 1 table'
      : `Headgate, ${tables.toLocaleString('en-US')} tables, ${(tables / 10).toLocaleString('en-US')} reservations`
  const { prefix } = await openCatalog(started.origin, warehouse)
  return { contestant: watched(lab, name, started), store, prefix }
}

function creates({ prefix }: Server, body: (name: string) => object): Requests {
  return {
    kind: 'commits',
    paths: [`${prefix}/namespaces/n0/tables`],
    body: JSON.stringify(body('made-«N»')),
  }
}

function toLocation({ store }: Server, name: string): string {
  return `file://${toRoot(store)}/chosen/${name}`
}

function toRoot({ dataDir }: Store): string {
  return join(dataDir, 'warehouses', warehouse)
}
