import { join } from 'node:path'
import { startIcebergFixture } from '../../lib/iceberg-fixture.ts'
import type { ProcessKeeper } from '../../lib/process-keeper.ts'
import type { Peer } from './peer.ts'

/** Starts the REST catalog server of Iceberg's compatibility kit (RCK). */
export async function startFixturePeer(keeper: ProcessKeeper, folder: string, jars: string): Promise<Peer> {
  const { access } = await startIcebergFixture(keeper, {
    jars,
    folder,
    storage: { kind: 'file', root: join(folder, 'warehouse') },
  })
  // The HTTP server of the RCK refuses %1F in paths, so it cannot serve nested namespaces.
  return {
    name: 'iceberg-fixture',
    options: { uri: access.uri },
    nested: false,
    sharedFiles: true,
    history: true,
  }
}
