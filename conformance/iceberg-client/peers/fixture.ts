import { join } from 'node:path'
import { startIcebergFixture } from '../../lib/iceberg-fixture.ts'
import type { ProcessKeeper } from '../../lib/process-keeper.ts'
import type { Peer } from './peer.ts'

/** Starts Iceberg's own fixture server, which is a part of its compatibility kit. */
export async function startFixturePeer(keeper: ProcessKeeper, folder: string, jars: string): Promise<Peer> {
  const { access } = await startIcebergFixture(keeper, {
    jars,
    folder,
    storage: { kind: 'file', root: join(folder, 'warehouse') },
  })
  // The HTTP server of the fixture refuses %1F in paths, so nested namespaces are not possible.
  return {
    name: 'iceberg-fixture',
    options: { uri: access.uri },
    nested: false,
    sharedFiles: true,
    history: true,
  }
}
