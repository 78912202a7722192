import { join } from 'node:path'
import { installMinio, startMinio } from '../../conformance/lib/minio.ts'
import type { WarehouseStorage } from '../../conformance/lib/catalog-access.ts'
import { repositoryRoot } from '../../conformance/lib/paths.ts'
import { type Catalog, openCatalog, tablePath } from '../data/catalog.ts'
import { commitTablesOn, warehouse } from '../data/stores.ts'
import { type Case, loadEntry } from '../lib/case.ts'
import { reseat } from '../lib/cores.ts'
import { startBenchHeadgate } from '../lib/headgate.ts'
import type { Contestant } from '../load/load.ts'
import { setProperty } from './commit.ts'
import { clientCounts, type Lab, poolSize } from './lab.ts'
import { watched } from './watched.ts'

const tables = 64
const other = 'other checkout'

interface Revision {
  readonly catalog: Catalog
  readonly contestant: Contestant
}

/**
 * Returns cases that compare loads and commits of this checkout's server with those of another checkout's
 * server. Two servers of the other checkout run; the difference between these two shows the noise of the
 * measurement.
 */
export async function revisionCases(lab: Lab): Promise<Case[]> {
  if (lab.against === undefined) return []
  const folders = { [other]: lab.against, 'this checkout': repositoryRoot, [`${other}, again`]: lab.against }
  const storages: Readonly<Record<string, (name: string) => WarehouseStorage | undefined>> = {
    files: () => undefined,
    minio: await objectStorage(lab),
  }
  const cases: Case[] = []
  for (const [kind, makeStorage] of Object.entries(storages)) {
    const revisions: Revision[] = []
    for (const [index, [name, folder]] of Object.entries(folders).entries()) {
      revisions.push(
        await startRevision(lab, name, folder, `${kind}_${index}`, makeStorage(`${kind}-${index}`)),
      )
    }
    cases.push(...commitCases(lab, kind, revisions))
    if (kind === 'files') cases.push(...loadCases(lab, revisions))
  }
  return cases
}

async function objectStorage(lab: Lab): Promise<(name: string) => WarehouseStorage> {
  const { run } = lab
  const binary = await installMinio(run.keeper, run.say)
  const folder = join(run.folder, 'revision-minio')
  const minio = await startMinio(run.keeper, { binary, folder, buckets: ['lake'] })
  reseat(run.placement, 'rest', minio.process.pid)
  const storage = minio.storage('lake')
  return (name) => ({ ...storage, root: `${storage.root}/${name}` })
}

async function startRevision(
  lab: Lab,
  name: string,
  folder: string,
  id: string,
  storage: WarehouseStorage | undefined,
): Promise<Revision> {
  const { run, postgres } = lab
  const database = `revision_${id}`
  const store = await commitTablesOn(run, postgres, storage, tables, { database, checkout: folder })
  const server = await startBenchHeadgate(run, {
    name: `headgate-${id}`,
    checkout: folder,
    dataDir: store.dataDir,
    databaseUrl: postgres.url(store.database),
    env: { HEADGATE_DATABASE_POOL_SIZE: String(poolSize) },
  })
  return { catalog: await openCatalog(server.origin, warehouse), contestant: watched(lab, name, server) }
}

function loadCases({ run }: Lab, revisions: readonly Revision[]): Case[] {
  return clientCounts.map((connections) => ({
    id: `revision-load-${connections}`,
    title: `loadTable, 10 KB of metadata, gzip, ${connections} clients, two revisions`,
    notes: [],
    entries: revisions.map(({ catalog, contestant }) =>
      loadEntry(
        run,
        contestant,
        {
          connections,
          headers: { 'accept-encoding': 'gzip' },
          requests: { kind: 'paths', paths: listTablePaths(catalog) },
        },
        contestant.name === other ? [] : [other],
      ),
    ),
  }))
}

function commitCases({ run }: Lab, kind: string, revisions: readonly Revision[]): Case[] {
  return [1, 8, 16].map((connections) => ({
    id: `revision-commit-${kind}-${connections}`,
    title: `commit, 10 KB of metadata, ${kind}, ${connections} client${connections === 1 ? '' : 's'}, two revisions`,
    notes: ['Each client commits to its own table, one commit after another.'],
    entries: revisions.map(({ catalog, contestant }) =>
      loadEntry(
        run,
        contestant,
        {
          connections,
          headers: { 'accept-encoding': 'identity' },
          requests: { kind: 'commits', paths: listTablePaths(catalog), body: setProperty },
        },
        contestant.name === other ? [] : [other],
      ),
    ),
  }))
}

function listTablePaths(catalog: Catalog): string[] {
  return Array.from({ length: tables }, (_, n) => tablePath(catalog, 'n0', `t${n}`))
}
