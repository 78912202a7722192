import { readerToken } from '../data/reader-token.ts'
import { smallTables, warehouse } from '../data/stores.ts'
import { type Case, loadEntry } from '../lib/case.ts'
import { startBenchHeadgate } from '../lib/headgate.ts'
import type { Requests } from '../load/plan.ts'
import { clientCounts, type Lab, poolSize } from './lab.ts'
import { watched } from './watched.ts'

/**
 * Returns cases that measure how much two things add to the cost of loadTable: a token in the request, and
 * the check that the metadata file exists.
 */
export async function loadTokenCases(lab: Lab): Promise<Case[]> {
  const { run, postgres } = lab
  const store = await smallTables(run, postgres, lab.stores, 1)
  const databaseUrl = postgres.url(store.database)
  const base = { dataDir: store.dataDir, databaseUrl }
  const pool = { HEADGATE_DATABASE_POOL_SIZE: String(poolSize) }
  const unchecked = await startBenchHeadgate(run, {
    ...base,
    name: 'headgate-token',
    env: { ...pool, HEADGATE_VERIFY_METADATA_FILES: 'false' },
  })
  const checking = await startBenchHeadgate(run, { ...base, name: 'headgate-files', env: pool })
  const token = await readerToken(unchecked.origin)
  const without = watched(lab, 'without a token', unchecked)
  const requests: Requests = { kind: 'paths', paths: [`/v1/${warehouse}/namespaces/n0/tables/t0`] }
  return clientCounts.map((connections): Case => {
    const shape = { connections, headers: { 'accept-encoding': 'gzip' }, requests }
    return {
      id: `token-${connections}`,
      title: `loadTable with and without a token, 10 KB of metadata, one table, gzip, ${connections} clients`,
      notes: [],
      entries: [
        loadEntry(run, without, shape, []),
        loadEntry(run, watched(lab, 'with a token', unchecked, token), shape, [without.name]),
        loadEntry(run, watched(lab, 'without a token, metadata file checked', checking), shape, [
          without.name,
        ]),
      ],
    }
  })
}
