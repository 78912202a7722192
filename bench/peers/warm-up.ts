import type { Minio } from '../../conformance/lib/minio.ts'
import { createNamespace, createTable, openCatalog, tablePath, type Catalog } from '../data/catalog.ts'
import { smallTable, type TableSize } from '../data/table-metadata.ts'
import type { BenchRun } from '../lib/bench-run.ts'
import type { BenchPostgres } from '../lib/postgres.ts'
import { type Contestant, measure } from '../load/load.ts'
import type { Peer } from './peer.ts'

export interface Arena {
  readonly run: BenchRun
  readonly postgres: BenchPostgres
  readonly minio: Minio
  readonly peers: readonly Peer[]
}

// rustberg refuses a snapshot that is more than a minute older than the table, so the snapshots are 10 ms apart.
const table: TableSize = { ...smallTable, everyMs: 10 }

/**
 * Number of tables in each catalog. Each client commits to its own table, and all clients load the first
 * table.
 */
const tables = 8

/** Body of a commit that sets one property. In each commit, `«N»` is replaced by another value. */
export const commitBody: string = JSON.stringify({
  requirements: [],
  updates: [{ action: 'set-properties', updates: { 'bench.value': '«N»' } }],
})

/**
 * Creates the tables in each catalog. Then sends loads and commits to the catalogs that compile their code
 * while they run.
 */
export async function warmUp(arena: Arena, durationMs: number): Promise<void> {
  for (const peer of arena.peers) {
    const catalog = await openPeerCatalog(peer)
    await createNamespace(catalog, 'n0')
    for (let n = 0; n < tables; n += 1) await createTable(catalog, 'n0', `t${n}`, table)
    if (!peer.warm || durationMs === 0) continue
    arena.run.say(`warming ${peer.name} for ${durationMs / 1000} s …`)
    const contestant = toContestant(arena, peer)
    const times = { warmUpMs: 0, durationMs: durationMs / 3 }
    const headers = { 'accept-encoding': 'identity' }
    const paths = listTablePaths(catalog)
    const load = {
      connections: 16,
      headers,
      requests: { kind: 'paths', paths: paths.slice(0, 1) },
      seed: 1,
    } as const
    const commits = {
      connections: 8,
      headers,
      requests: { kind: 'commits', paths, body: commitBody },
      seed: 1,
    } as const
    for (const shape of [load, commits, load]) await measure(arena.run, contestant, shape, times)
  }
}

export async function openPeerCatalog(peer: Peer): Promise<Catalog> {
  return openCatalog(peer.base, peer.warehouse, peer.headers)
}

export function listTablePaths(catalog: Catalog): string[] {
  return Array.from({ length: tables }, (_, n) => tablePath(catalog, 'n0', `t${n}`))
}

export function toContestant({ postgres, minio }: Arena, peer: Peer): Contestant {
  return {
    name: peer.name,
    origin: new URL(peer.base).origin,
    ...(peer.headers ? { headers: peer.headers } : {}),
    watched: [
      { name: 'server', pid: peer.process.pid },
      { name: 'PostgreSQL', pid: postgres.pid },
      { name: 'MinIO', pid: minio.process.pid },
    ],
  }
}
