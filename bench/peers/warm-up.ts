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

// rustberg takes no snapshot that is more than a minute older than the table it comes into
const table: TableSize = { ...smallTable, everyMs: 10 }

/** Tables that clients commit to, one each; the first is also the one that is loaded. */
export const tables = 8

/** Body of a commit that sets one property; `«N»` is different in each. */
export const commitBody: string = JSON.stringify({
  requirements: [],
  updates: [{ action: 'set-properties', updates: { 'bench.value': '«N»' } }],
})

/** Creates the tables everywhere and puts load on what needs it before it is fast: loads and commits in turn. */
export async function warmUp(arena: Arena, durationMs: number): Promise<void> {
  for (const peer of arena.peers) {
    const catalog = await catalogOf(peer)
    await createNamespace(catalog, 'n0')
    for (let n = 0; n < tables; n += 1) await createTable(catalog, 'n0', `t${n}`, table)
    if (!peer.warm || durationMs === 0) continue
    arena.run.say(`warming ${peer.name} for ${durationMs / 1000} s …`)
    const contestant = contestantOf(arena, peer)
    const times = { warmUpMs: 0, durationMs: durationMs / 3 }
    const headers = { 'accept-encoding': 'identity' }
    const paths = pathsOf(catalog)
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

export async function catalogOf(peer: Peer): Promise<Catalog> {
  return openCatalog(peer.base, peer.warehouse, peer.headers)
}

export function pathsOf(catalog: Catalog): string[] {
  return Array.from({ length: tables }, (_, n) => tablePath(catalog, 'n0', `t${n}`))
}

export function contestantOf({ postgres, minio }: Arena, peer: Peer): Contestant {
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
