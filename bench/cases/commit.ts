import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { installMinio, startMinio } from '../../conformance/lib/minio.ts'
import type { RawStorage } from '../baselines/object-writer.ts'
import type { RawCommitOptions } from '../baselines/raw-commit.ts'
import { rawCommitDirect, startRawCommit } from '../baselines/start.ts'
import { readResponseBytes, openCatalog, tablePath } from '../data/catalog.ts'
import { commitTables, commitTablesOn, largeTables, type Store, warehouse } from '../data/stores.ts'
import type { Case, Entry } from '../lib/case.ts'
import { loadEntry } from '../lib/case.ts'
import { reseat } from '../lib/cores.ts'
import { startBenchHeadgate } from '../lib/headgate.ts'
import { copyDatabase } from '../lib/postgres.ts'
import type { Requests } from '../load/plan.ts'
import { clientCounts, type Lab, poolSize } from './lab.ts'
import { watched } from './watched.ts'

/**
 * Body of a commit that sets one property. The change is as small as possible, so that the case measures the
 * fixed cost of a commit.
 */
export const setProperty: string = JSON.stringify({
  requirements: [],
  updates: [{ action: 'set-properties', updates: { 'bench.value': '«N»' } }],
})

/**
 * Returns cases of commits to tables with 10 KB of metadata. Each client commits to a separate table. The
 * baseline writes an object and runs one UPDATE for each commit, on the same kind of storage.
 */
export async function commitCases(lab: Lab): Promise<Case[]> {
  const store = await commitTables(lab.run, lab.postgres, lab.stores, 64)
  return casesOn(lab, store, { id: 'commit-small', size: '10 KB', clients: [1, ...clientCounts], tables: 64 })
}

/** Returns the cases of `commitCases` for metadata files in the object store MinIO. */
export async function commitMinioCases(lab: Lab): Promise<Case[]> {
  const { run, postgres } = lab
  const binary = await installMinio(run.keeper, run.say)
  const minio = await startMinio(run.keeper, {
    binary,
    folder: join(run.folder, 'minio'),
    buckets: ['lake', 'bare'],
  })
  reseat(run.placement, 'rest', minio.process.pid)
  const store = await commitTablesOn(run, postgres, minio.storage('lake'), 64)
  const shape = { id: 'commit-minio', size: '10 KB', clients: [1, 8, ...clientCounts], tables: 64 }
  return casesOn(lab, store, shape, minio.storage('bare'))
}

/** Returns cases of commits with 2 MB of metadata and few clients. */
export async function commitLargeCases(lab: Lab): Promise<Case[]> {
  const store = await largeTables(lab.run, lab.postgres, lab.stores, 4)
  return casesOn(lab, store, { id: 'commit-large', size: '2 MB', clients: [1, 4], tables: 4 })
}

interface CommitShape {
  readonly id: string
  readonly size: string
  readonly clients: readonly number[]
  readonly tables: number
}

async function casesOn(
  lab: Lab,
  store: Store,
  { id, size, clients, tables }: CommitShape,
  bareStorage?: RawStorage,
): Promise<Case[]> {
  const { run, postgres } = lab
  const rawDatabase = `raw_${store.database}`
  await copyDatabase(postgres, store.database, rawDatabase)
  const server = await startBenchHeadgate(run, {
    name: `headgate-${id}`,
    dataDir: store.dataDir,
    databaseUrl: postgres.url(store.database),
    env: { HEADGATE_DATABASE_POOL_SIZE: String(poolSize) },
  })
  const catalog = await openCatalog(server.origin, warehouse)
  const paths = Array.from({ length: tables }, (_, n) => tablePath(catalog, 'n0', `t${n}`))
  const textFile = join(run.folder, `${id}.json`)
  mkdirSync(run.folder, { recursive: true })
  writeFileSync(textFile, await readResponseBytes(catalog, paths[0] ?? '', 'identity'))
  const rawOptions: RawCommitOptions = {
    url: postgres.url(rawDatabase),
    poolSize,
    storage: bareStorage ?? { kind: 'file', root: join(run.folder, `raw-${id}`) },
    textFile,
  }
  const bare = watched(
    lab,
    'object + UPDATE behind node:http',
    await startRawCommit(run, `raw-${id}`, rawOptions),
  )
  const headgate = watched(lab, 'Headgate', server)
  const requests: Requests = { kind: 'commits', paths, body: setProperty }
  return clients.map((connections): Case => {
    const shape = { connections, headers: { 'accept-encoding': 'identity' }, requests }
    const direct: Entry = {
      label: 'object + UPDATE, no HTTP',
      against: [],
      measure: () => {
        const { warmUpMs, durationMs } = run
        return rawCommitDirect(run, { ...rawOptions, direct: { clients: connections, warmUpMs, durationMs } })
      },
    }
    return {
      id: `${id}-${connections}`,
      title: `commit, ${size} of metadata, ${bareStorage ? 'MinIO' : 'local files'}, ${connections} client${connections === 1 ? '' : 's'}`,
      notes: ['Each client commits to its own table, one commit after another.'],
      entries: [
        direct,
        loadEntry(run, bare, shape, [direct.label]),
        loadEntry(run, headgate, shape, [direct.label, bare.name]),
      ],
    }
  })
}
