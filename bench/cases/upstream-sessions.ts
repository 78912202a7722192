import { join } from 'node:path'
import { startIssuer } from '../../conformance/lib/issuer.ts'
import { startRawCatalog } from '../baselines/start.ts'
import { call } from '../data/catalog.ts'
import type { Case, EntryMeasured } from '../lib/case.ts'
import { startBenchHeadgate } from '../lib/headgate.ts'
import { readUsage } from '../lib/usage.ts'
import { type Lab, poolSize } from './lab.ts'

const warehouse = 'upstream'
const audience = 'bench'
/** Number of users that load a table at the same time. */
const atOnce = 32

/**
 * Returns a case in which many users load a table through an upstream warehouse. Each user has a separate
 * session at the upstream catalog. The server keeps at most 10,000 sessions, so its memory must not grow with
 * further users.
 */
export async function upstreamSessionCase(lab: Lab): Promise<Case> {
  const { run, postgres, stack } = lab
  const users = lab.thorough ? 10_000 : 500
  const issuer = stack.use(await startIssuer())
  const upstream = await startRawCatalog(run, 'raw-catalog-sessions', { bytes: 6_000, tables: 1 })
  const database = 'upstream_sessions'
  await postgres.dropDatabase(database)
  await postgres.createDatabase(database)
  const folder = join(run.folder, database)
  const server = await startBenchHeadgate(run, {
    name: 'headgate-upstream-sessions',
    dataDir: join(folder, 'data'),
    databaseUrl: postgres.url(database),
    env: {
      HEADGATE_DATABASE_POOL_SIZE: String(poolSize),
      HEADGATE_FILE_ROOTS: `file://${folder}`,
      HEADGATE_ISSUERS: JSON.stringify([{ issuer: issuer.issuer, audience, tokenType: 'any' }]),
    },
  })
  const management = { origin: server.origin, prefix: '', headers: {} }
  await call(management, 'POST', '/management/v1/warehouses', {
    name: warehouse,
    storage: { type: 'file', root: `file://${folder}/files` },
    upstream: { uri: upstream.origin, identity: { mode: 'assert', audience: 'raw' } },
  })
  await call(management, 'POST', '/management/v1/grants', {
    privilege: 'select',
    on: { warehouse },
    to: { group: `${issuer.issuer}#all` },
  })
  const load = async (user: number): Promise<number> => {
    const token = issuer.sign({ sub: `user-${user}`, aud: audience, groups: ['all'], scope: 'x' })
    const began = performance.now()
    const response = await fetch(`${server.origin}/v1/${warehouse}/namespaces/n0/tables/t0`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(60_000),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`user ${user}: ${response.status} ${text.slice(0, 300)}`)
    return performance.now() - began
  }
  const loadAll = async (first: number): Promise<EntryMeasured> => {
    const began = performance.now()
    const times: number[] = []
    let next = first
    const worker = async (): Promise<void> => {
      while (next < first + users) {
        const user = next
        next += 1
        times.push(await load(user))
      }
    }
    await Promise.all(Array.from({ length: atOnce }, worker))
    const perSecond = (users * 1_000) / (performance.now() - began)
    const sorted = times.toSorted((a, b) => a - b)
    const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0
    const megabytes = readUsage(server.process.pid).memoryBytes / 2 ** 20
    return {
      perSecond,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      figures: { 'MB of the server': Math.round(megabytes) },
    }
  }
  const title = users.toLocaleString('en-US')
  const entries = [
    { label: 'one user', first: null },
    { label: `first ${title} users`, first: 0 },
    { label: 'the same users again', first: 0 },
    { label: `second ${title} users`, first: users },
    { label: `third ${title} users`, first: 2 * users },
    { label: `fourth ${title} users`, first: 3 * users },
  ]
  return {
    id: 'upstream-sessions',
    title: `Memory with many users of an upstream warehouse that asserts each user`,
    notes: [
      `${atOnce} users at once load one table, each with an own token. The server keeps at most 10,000 sessions. Measured once.`,
    ],
    calls: {},
    entries: entries.map(({ label, first }) => {
      let measured: Promise<EntryMeasured> | undefined
      const measure = async (): Promise<EntryMeasured> => {
        if (first !== null) return await loadAll(first)
        for (let at = 0; at < 5_000; at += 1) await load(0)
        const ms = await load(0)
        const megabytes = readUsage(server.process.pid).memoryBytes / 2 ** 20
        return {
          perSecond: 1_000 / ms,
          p50Ms: ms,
          p99Ms: ms,
          figures: { 'MB of the server': Math.round(megabytes) },
        }
      }
      return { label, against: [], measure: async () => await (measured ??= measure()) }
    }),
  }
}
