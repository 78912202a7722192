import { repositoryRoot } from '../../conformance/lib/paths.ts'
import { saveResponses, startRawSelect } from '../baselines/start.ts'
import { readResponseBytes, openCatalog, tablePath } from '../data/catalog.ts'
import { namespacesFor } from '../data/clone-tables.ts'
import { mixedCommitted, mixedTablesOn, type Store, warehouse } from '../data/stores.ts'
import { type Case, type Entry, loadEntry } from '../lib/case.ts'
import { startBenchHeadgate } from '../lib/headgate.ts'
import type { Contestant } from '../load/load.ts'
import { pacedCommits } from '../load/paced-commits.ts'
import type { Requests } from '../load/plan.ts'
import { setProperty } from './commit.ts'
import { clientCounts, type Lab, poolSize } from './lab.ts'
import { watched } from './watched.ts'

const tables = 10_000
const baseline = 'node:http + SELECT'
const own = 'Headgate'
const other = 'Headgate, other checkout'

/**
 * Describes one mix of requests: which tables clients load, and at which rates other clients commit during
 * the loads.
 */
interface Choice {
  readonly id: string
  readonly title: string
  readonly among: number
  readonly skew: number
  readonly commitsPerSecond: readonly number[]
}

const choices: readonly Choice[] = [
  {
    id: 'skewed',
    title: 'hot and random tables',
    among: tables,
    skew: 4,
    commitsPerSecond: [0, 1, 5, 20],
  },
  { id: 'random', title: 'random tables', among: tables, skew: 1, commitsPerSecond: [0, 20] },
  { id: 'hot', title: 'one table', among: 1, skew: 1, commitsPerSecond: [0, 20] },
]

/**
 * Returns cases in which clients load tables while other clients commit to some of these tables. Each server
 * has its own database. If `--against` names another checkout, its server and the server of this checkout are
 * measured alternately in every round.
 */
export async function mixedCases(lab: Lab): Promise<Case[]> {
  const headgates = [await startHeadgate(lab, own, repositoryRoot, 'mixed_own')]
  if (lab.against !== undefined) headgates.push(await startHeadgate(lab, other, lab.against, 'mixed_other'))
  const select = await startBaseline(lab, headgates[0])
  const cases: Case[] = []
  for (const choice of lab.thorough ? choices : choices.slice(0, 1)) {
    for (const commits of lab.thorough ? choice.commitsPerSecond : [0, 20]) {
      for (const connections of lab.thorough ? clientCounts : [16]) {
        const requests = requestsTo(choice)
        const shape = { connections, headers: { 'accept-encoding': 'gzip' }, requests }
        cases.push({
          id: `mixed-${choice.id}-${commits}-${connections}`,
          title: `loadTable, ${choice.title} of ${tables.toLocaleString('en-US')}, ${commits} commits/s, ${connections} clients`,
          notes:
            commits === 0
              ? []
              : [
                  'No client commits to the baseline. A tenth of the commits change the table that is loaded most.',
                ],
          entries: [
            loadEntry(lab.run, select, shape, []),
            ...headgates.map((contestant) =>
              withCommits(
                loadEntry(
                  lab.run,
                  contestant,
                  shape,
                  contestant.name === own && lab.against !== undefined ? [baseline, other] : [baseline],
                ),
                contestant,
                commits,
              ),
            ),
          ],
        })
      }
    }
  }
  return cases
}

/**
 * Returns an entry that also commits at a constant rate during each measurement: to the table that is loaded
 * most often, and to tables that are not loaded.
 */
function withCommits(entry: Entry, { origin }: Contestant, perSecond: number): Entry {
  const names = ['t0', ...Array.from({ length: mixedCommitted }, (_, n) => `c${n}`)]
  const paths = names.map((name) => `/v1/${warehouse}/namespaces/n0/tables/${name}`)
  return {
    ...entry,
    measure: async (round) => {
      const measured = new AbortController()
      const commits = pacedCommits({ origin, paths, body: setProperty, perSecond }, measured.signal)
      try {
        return await entry.measure(round)
      } finally {
        measured.abort()
        await commits
      }
    },
  }
}

async function startHeadgate(
  lab: Lab,
  name: string,
  checkout: string,
  database: string,
): Promise<Contestant> {
  const { run, postgres } = lab
  const store: Store = await mixedTablesOn(run, postgres, tables, { database, checkout })
  const server = await startBenchHeadgate(run, {
    name: `headgate-${database}`,
    checkout,
    dataDir: store.dataDir,
    databaseUrl: postgres.url(store.database),
    // Cloned tables have no metadata files, so the check of metadata files is disabled.
    env: { HEADGATE_VERIFY_METADATA_FILES: 'false', HEADGATE_DATABASE_POOL_SIZE: String(poolSize) },
  })
  return watched(lab, name, server)
}

async function startBaseline(lab: Lab, headgate: Contestant | undefined): Promise<Contestant> {
  if (headgate === undefined)
    throw new Error('No server was measured that could be compared with the baseline.')
  const catalog = await openCatalog(headgate.origin, warehouse)
  const path = tablePath(catalog, 'n0', 't0')
  const plain = await readResponseBytes(catalog, path, 'identity')
  const responses = saveResponses(lab.run, 'mixed', plain, await readResponseBytes(catalog, path, 'gzip'))
  const url = lab.postgres.url('mixed_own')
  return watched(
    lab,
    baseline,
    await startRawSelect(lab.run, 'raw-select-mixed', { url, poolSize, responses }),
  )
}

function requestsTo({ among, skew }: Choice): Requests {
  const prefix = `/v1/${warehouse}/namespaces/n`
  return { kind: 'tables', prefix, tables, namespaces: namespacesFor(tables), among, skew }
}
