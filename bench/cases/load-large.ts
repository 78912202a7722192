import { saveResponses, startRawHttp, startRawSelect } from '../baselines/start.ts'
import { readResponseBytes, openCatalog, tablePath } from '../data/catalog.ts'
import { largeTables, warehouse } from '../data/stores.ts'
import { type Case, loadEntry } from '../lib/case.ts'
import { startBenchHeadgate } from '../lib/headgate.ts'
import type { Requests } from '../load/plan.ts'
import { clientCounts, type Lab, poolSize } from './lab.ts'
import { watched } from './watched.ts'

const count = 4

/** Returns cases of loadTable with 2 MB of metadata, in which clients load a few tables in turn. */
export async function loadLargeCases(lab: Lab): Promise<Case[]> {
  const { run, postgres } = lab
  const store = await largeTables(run, postgres, lab.stores, count)
  const url = postgres.url(store.database)
  const server = await startBenchHeadgate(run, {
    name: 'headgate-large',
    dataDir: store.dataDir,
    databaseUrl: url,
    env: { HEADGATE_DATABASE_POOL_SIZE: String(poolSize) },
  })
  const catalog = await openCatalog(server.origin, warehouse)
  const paths = Array.from({ length: count }, (_, n) => tablePath(catalog, 'n0', `t${n}`))
  const [first = ''] = paths
  const responses = saveResponses(
    run,
    'large',
    await readResponseBytes(catalog, first, 'identity'),
    await readResponseBytes(catalog, first, 'gzip'),
  )
  const bare = watched(lab, 'node:http, same bytes', await startRawHttp(run, 'raw-http-large', responses))
  const select = watched(
    lab,
    'node:http + SELECT',
    await startRawSelect(run, 'raw-select-large', { url, poolSize, responses }),
  )
  const headgate = watched(lab, `Headgate, ${count} tables`, server)
  const requests: Requests = { kind: 'paths', paths }
  return (['gzip', 'identity'] as const).flatMap((encoding) =>
    clientCounts.map((connections): Case => {
      const shape = { connections, headers: { 'accept-encoding': encoding }, requests }
      return {
        id: `load-large-${encoding}-${connections}`,
        title: `loadTable, 2 MB of metadata, ${encoding}, ${connections} clients`,
        notes: [],
        entries: [
          loadEntry(run, bare, shape, []),
          loadEntry(run, select, shape, [bare.name]),
          loadEntry(run, headgate, shape, [bare.name, select.name]),
        ],
      }
    }),
  )
}
