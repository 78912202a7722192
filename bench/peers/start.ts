import { join } from 'node:path'
import type { Minio } from '../../conformance/lib/minio.ts'
import type { BenchRun } from '../lib/bench-run.ts'
import type { BenchPostgres } from '../lib/postgres.ts'
import { startFixture } from './fixture.ts'
import { startHeadgatePeer, startWorkersPeer } from './headgate.ts'
import { startNessie } from './nessie.ts'
import { type Peer, type PeerId, peerIds } from './peer.ts'
import { startRustberg } from './rustberg.ts'

export interface Ground {
  readonly run: BenchRun
  readonly postgres: BenchPostgres
  readonly minio: Minio
  readonly wanted: readonly PeerId[]
}

/**
 * Starts the catalogs to compare, one after the other. Omits a catalog that is not installed, and prints a
 * message about it.
 */
export async function startPeers({ run, postgres, minio, wanted }: Ground): Promise<Peer[]> {
  const storage = minio.storage('lake')
  const at = (name: string): typeof storage => ({ ...storage, root: `${storage.root}/${name}` })
  const files = (name: string): { kind: 'file'; root: string } => ({
    kind: 'file',
    root: join(run.folder, name, 'files'),
  })
  const start: Record<PeerId, () => Promise<Peer | undefined>> = {
    headgate: () => startHeadgatePeer(run, postgres, { name: 'headgate', storage: at('headgate') }),
    'headgate-workers': () =>
      startWorkersPeer(run, postgres, { name: 'headgate-workers', storage: at('headgate-workers') }),
    'headgate-files': () =>
      startHeadgatePeer(run, postgres, {
        name: 'headgate-files',
        storage: files('headgate-files/warehouses'),
      }),
    fixture: () => startFixture(run, { name: 'fixture', store: { kind: 'sqlite' }, storage: at('fixture') }),
    'fixture-files': () =>
      startFixture(run, {
        name: 'fixture-files',
        store: { kind: 'sqlite' },
        storage: files('fixture-files'),
      }),
    'fixture-postgresql': () =>
      startFixture(run, {
        name: 'fixture-postgresql',
        store: { kind: 'postgresql', postgres },
        storage: at('fixture-postgresql'),
      }),
    nessie: () => startNessie(run, postgres, at('nessie')),
    rustberg: () => startRustberg(run, at('rustberg')),
  }
  const peers: Peer[] = []
  for (const id of peerIds) {
    if (!wanted.includes(id)) continue
    run.say(`starting ${id} …`)
    const peer = await start[id]()
    if (peer) peers.push(peer)
  }
  return peers
}
