import { saveResponses, startRawHttp } from '../baselines/start.ts'
import { readResponseBytes } from '../data/catalog.ts'
import { type Case, loadEntry } from '../lib/case.ts'
import type { Requests } from '../load/plan.ts'
import type { Peer } from './peer.ts'
import { type Arena, openPeerCatalog, commitBody, toContestant, listTablePaths } from './warm-up.ts'

/** Returns cases in which all catalogs receive the same loads and commits. */
export async function peerCases(arena: Arena): Promise<Case[]> {
  const { run, peers } = arena
  const [ours] = peers
  if (!ours) throw new Error('No catalog can be compared, because none was started. Name one with --only.')
  const first = await openPeerCatalog(ours)
  const [path = ''] = listTablePaths(first)
  const responses = saveResponses(
    run,
    'peers',
    await readResponseBytes(first, path, 'identity'),
    await readResponseBytes(first, path, 'gzip'),
  )
  const raw = await startRawHttp(run, 'raw-http', responses)
  const bare = {
    name: 'node:http, same bytes as Headgate',
    origin: raw.origin,
    watched: [{ name: 'server', pid: raw.process.pid }],
  }
  const contestants = await Promise.all(
    peers.map(async (peer) => ({
      contestant: toContestant(arena, peer),
      paths: listTablePaths(await openPeerCatalog(peer)),
    })),
  )
  const others = (name: string): string[] => comparedWith(peers, name)
  const headers = { 'accept-encoding': 'identity' }
  const loads = [16, 64].map((connections): Case => {
    const shape = (
      paths: readonly string[],
    ): { connections: number; headers: typeof headers; requests: Requests } => ({
      connections,
      headers,
      requests: { kind: 'paths', paths: paths.slice(0, 1) },
    })
    return {
      id: `peers-load-${connections}`,
      title: `loadTable, one table of 10 KB of metadata, ${connections} clients`,
      notes: [],
      entries: [
        loadEntry(run, bare, shape([path]), []),
        ...contestants.map(({ contestant, paths }) =>
          loadEntry(run, contestant, shape(paths), [bare.name, ...others(contestant.name)]),
        ),
      ],
    }
  })
  const commits = [1, 8].map((connections): Case => ({
    id: `peers-commit-${connections}`,
    title: `commit of one property, 10 KB of metadata, ${connections} client${connections === 1 ? '' : 's'}`,
    notes: ['Each client commits to its own table, one commit after another.'],
    entries: contestants.map(({ contestant, paths }) =>
      loadEntry(
        run,
        contestant,
        { connections, headers, requests: { kind: 'commits', paths, body: commitBody } },
        others(contestant.name),
      ),
    ),
  }))
  return [...loads, ...commits]
}

/**
 * Returns the names of the catalogs with which the catalog `name` is compared. Each Headgate variant is
 * compared with all other catalogs, and the second variant also with the first.
 */
function comparedWith(peers: readonly Peer[], name: string): string[] {
  const at = peers.findIndex((peer) => peer.name === name)
  if (peers[at]?.compared !== true) return []
  return peers
    .filter((peer, index) => index !== at && (index < at || peer.compared !== true))
    .map((other) => other.name)
}
