import { type ResponseFiles, saveResponses, startRawHttp, startRawSelect } from '../baselines/start.ts'
import { readResponseBytes, openCatalog, tablePath } from '../data/catalog.ts'
import { namespacesFor } from '../data/clone-tables.ts'
import { smallTables, type Store, warehouse } from '../data/stores.ts'
import { type Case, type Entry, loadEntry } from '../lib/case.ts'
import { startBenchHeadgate } from '../lib/headgate.ts'
import type { Started } from '../lib/ready.ts'
import type { Requests } from '../load/plan.ts'
import { clientCounts, hotTables, type Lab, poolSize } from './lab.ts'
import { watched } from './watched.ts'

const rawHttp = 'node:http, same bytes'
const rawSelect = 'node:http + SELECT'

interface Server extends Started {
  readonly store: Store
}

/**
 * Returns cases of loadTable with 10 KB of metadata, in databases with one to a million tables. Clients load
 * either a small set of tables repeatedly (hot), or random tables.
 */
export async function loadSmallCases(lab: Lab): Promise<Case[]> {
  const { run, postgres } = lab
  const sizes = [1, 10_000, 1_000_000].filter((size) => size <= lab.maxTables)
  const servers: Server[] = []
  for (const size of sizes) {
    const store = await smallTables(run, postgres, lab.stores, size)
    const server = await startBenchHeadgate(run, {
      name: `headgate-${size}`,
      dataDir: store.dataDir,
      databaseUrl: postgres.url(store.database),
      // Cloned tables have no metadata files, so the check of metadata files is disabled. The cases of
      // `loadTokenCases` measure this check.
      env: { HEADGATE_VERIFY_METADATA_FILES: 'false', HEADGATE_DATABASE_POOL_SIZE: String(poolSize) },
    })
    servers.push({ ...server, store })
  }
  const [first, middle = first] = servers
  const largest = servers.at(-1)
  if (!first || !middle || !largest)
    throw new Error('No database is left to measure: --tables excludes all of them.')
  const responses = await saveFirstResponses(lab, first)
  const bare = await startRawHttp(run, 'raw-http', responses)
  const selects = new Map<Server, Started>()
  for (const server of servers) {
    const url = postgres.url(server.store.database)
    selects.set(
      server,
      await startRawSelect(run, `raw-select-${server.store.tables}`, { url, poolSize, responses }),
    )
  }
  const cases: Case[] = []
  for (const encoding of ['gzip', 'identity'] as const) {
    for (const connections of clientCounts) {
      const headers = { 'accept-encoding': encoding }
      const entry = (
        name: string,
        started: Started,
        store: Store,
        among: number,
        against: readonly string[],
      ): Entry =>
        loadEntry(
          run,
          watched(lab, name, started),
          { connections, headers, requests: requestsTo(store, among) },
          against,
        )
      const hotSelect = `${rawSelect}, ${hotTables} hot of ${name(middle.store.tables)}`
      const largeSelect = `${rawSelect}, ${name(largest.store.tables)} random`
      // PostgreSQL and the processor cache rows that are read repeatedly. Each baseline therefore reads as
      // many different rows as the measurement with which it is compared.
      const baselines: readonly (readonly [string, Server, number])[] = [
        [rawSelect, first, 1],
        [hotSelect, middle, hotTables],
        [largeSelect, largest, largest.store.tables],
      ]
      cases.push({
        id: `load-small-${encoding}-${connections}`,
        title: `loadTable, 10 KB of metadata, ${encoding}, ${connections} clients`,
        notes: [],
        entries: [
          entry(rawHttp, bare, largest.store, largest.store.tables, []),
          ...(largest === first ? baselines.slice(0, 1) : baselines).flatMap(([label, server, among]) => {
            const started = selects.get(server)
            return started ? [entry(label, started, server.store, among, [rawHttp])] : []
          }),
          ...servers.flatMap((server) => {
            const { tables } = server.store
            if (tables === 1)
              return [entry('Headgate, 1 table', server, server.store, 1, [rawHttp, rawSelect])]
            const hot = `Headgate, ${hotTables} hot of ${name(tables)}`
            const random = `Headgate, ${name(tables)} random`
            return [
              entry(hot, server, server.store, hotTables, [rawHttp, hotSelect, 'Headgate, 1 table']),
              entry(random, server, server.store, tables, [
                rawHttp,
                ...(tables === largest.store.tables ? [largeSelect] : []),
              ]),
            ]
          }),
        ],
      })
    }
  }
  return cases
}

function name(tables: number): string {
  return tables.toLocaleString('en-US')
}

function requestsTo(store: Store, among: number): Requests {
  const prefix = `/v1/${warehouse}/namespaces/n`
  return { kind: 'tables', prefix, tables: store.tables, namespaces: namespacesFor(store.tables), among }
}

/** Requests the first table from the server, and saves the response bodies as files for the baselines. */
async function saveFirstResponses(lab: Lab, server: Server): Promise<ResponseFiles> {
  const catalog = await openCatalog(server.origin, warehouse)
  const path = tablePath(catalog, 'n0', 't0')
  const [plain, gzip] = [
    await readResponseBytes(catalog, path, 'identity'),
    await readResponseBytes(catalog, path, 'gzip'),
  ]
  return saveResponses(lab.run, 'small', plain, gzip)
}
