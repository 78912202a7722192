import { join } from 'node:path'
import {
  type RawCatalogOptions,
  startRawCatalog,
  startRawProxy,
  startUpstreamPass,
} from '../baselines/start.ts'
import { call } from '../data/catalog.ts'
import { type Case, loadEntry } from '../lib/case.ts'
import { startBenchHeadgate } from '../lib/headgate.ts'
import type { Contestant } from '../load/load.ts'
import { clientCounts, type Lab, poolSize, type Suite } from './lab.ts'
import { upstreamSessionCase } from './upstream-sessions.ts'
import { watched } from './watched.ts'

const tables = 64
const warehouse = 'upstream'

interface Kind extends Omit<RawCatalogOptions, 'tables'> {
  readonly id: string
  readonly title: string
  /** Numbers of different tables that the clients load. Each number is a separate case. Default: all tables, and one. */
  readonly among?: readonly number[]
}

const kinds: readonly Kind[] = [
  { id: 'small', bytes: 6_000, title: '6 KB of metadata' },
  { id: 'large', bytes: 840_000, title: '840 KB of metadata' },
  { id: 'tagged', bytes: 840_000, etags: true, among: [tables], title: '840 KB of metadata with an ETag' },
  {
    id: 'busy',
    bytes: 6_000,
    busyMs: 1.5,
    among: [1],
    title: '6 KB of metadata, 1.5 ms of CPU time of the upstream',
  },
]

/** Suites of loads through an upstream warehouse, one for each kind of upstream, and of the sessions of users there. */
export const upstreamSuites: readonly Suite[] = [
  ...kinds.map((kind) => ({
    id: `upstream-${kind.id}`,
    quick: kind.id === 'small',
    cases: (lab: Lab) => upstreamCases(lab, kind),
  })),
  { id: 'upstream-sessions', quick: true, cases: async (lab) => [await upstreamSessionCase(lab)] },
]

/**
 * Returns cases of loadTable through an upstream warehouse. Baselines: a node:http proxy to the same upstream
 * catalog, and the forwarding code of Headgate without authorization decisions.
 */
async function upstreamCases(
  lab: Lab,
  { id, title, among: counts = [tables, 1], ...options }: Kind,
): Promise<Case[]> {
  const { run, postgres } = lab
  const cases: Case[] = []
  const upstream = await startRawCatalog(run, `raw-catalog-${id}`, { ...options, tables })
  const proxy = watched(lab, 'node:http proxy', await startRawProxy(run, `raw-proxy-${id}`, upstream.origin))
  const pass = watched(
    lab,
    'pass-through without decisions',
    await startUpstreamPass(run, `upstream-pass-${id}`, upstream.origin),
  )
  // The upstream catalog has a different port in each run, so each run uses a new database.
  const database = `upstream_${id}`
  await postgres.dropDatabase(database)
  await postgres.createDatabase(database)
  const folder = join(run.folder, database)
  const server = await startBenchHeadgate(run, {
    name: `headgate-upstream-${id}`,
    dataDir: join(folder, 'data'),
    databaseUrl: postgres.url(database),
    env: { HEADGATE_DATABASE_POOL_SIZE: String(poolSize), HEADGATE_FILE_ROOTS: `file://${folder}` },
  })
  await call({ origin: server.origin, prefix: '', headers: {} }, 'POST', '/management/v1/warehouses', {
    name: warehouse,
    storage: { type: 'file', root: `file://${folder}/files` },
    upstream: { uri: upstream.origin },
  })
  const headgate = watched(lab, 'Headgate', server)
  const path = (n: number): string => `/v1/${warehouse}/namespaces/n0/tables/t${n}`
  for (const among of counts)
    for (const connections of lab.thorough ? clientCounts : [16]) {
      const requests = { kind: 'paths', paths: Array.from({ length: among }, (_, n) => path(n)) } as const
      const shape = { connections, headers: {}, requests }
      cases.push({
        id: `upstream-${id}-${among}-${connections}`,
        title: `loadTable through an upstream warehouse, ${title}, ${among === 1 ? 'one table' : `${among} tables`}, ${connections} clients`,
        notes: [],
        entries: [
          loadEntry(run, proxy, shape, []),
          loadEntry(run, pass, shape, [proxy.name]),
          loadEntry(run, headgate, shape, [proxy.name, pass.name]),
        ],
      })
    }
  if (options.busyMs === undefined && options.etags !== true)
    cases.push(commitCase(lab, id, title, proxy, headgate))
  return cases
}

/**
 * Returns a case of commits through an upstream warehouse. The upstream catalog responds immediately, so the
 * difference to the proxy is the cost of a commit in the server.
 */
function commitCase(lab: Lab, id: string, size: string, proxy: Contestant, headgate: Contestant): Case {
  const body = {
    requirements: [],
    updates: [{ action: 'set-properties', updates: { n: '«N»' } }],
  }
  const paths = Array.from({ length: 16 }, (_, n) => `/v1/${warehouse}/namespaces/n0/tables/t${n}`)
  const requests = { kind: 'commits', paths, body: JSON.stringify(body) } as const
  const shape = { connections: 16, headers: {}, requests }
  return {
    id: `upstream-${id}-commit`,
    title: `Commits through an upstream warehouse, ${size}, 16 clients on 16 tables`,
    notes: ['The upstream answers at once, and each client waits for its commit.'],
    entries: [loadEntry(lab.run, proxy, shape, []), loadEntry(lab.run, headgate, shape, [proxy.name])],
  }
}
