import { join } from 'node:path'
import { startIcebergFixture } from '../../conformance/lib/iceberg-fixture.ts'
import { installMinio, startMinio } from '../../conformance/lib/minio.ts'
import { startNessie } from '../../conformance/lib/nessie.ts'
import { prepareWarehouse } from '../../conformance/lib/prepare-warehouse.ts'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { installKit } from '../../conformance/rck/install.ts'
import { startServerFixture } from '../lasting/server-fixture.ts'
import type { Target } from '../target.ts'

const name = 'front'
const lifetimeSeconds = 900

/**
 * Starts a catalog that is not a Headgate server, on MinIO, and a Headgate server with a warehouse that forwards to
 * it. The catalog requires no authentication, and clients receive storage credentials of Headgate.
 */
export async function openForeign(
  keeper: ProcessKeeper,
  folder: string,
  say: (line: string) => void,
  kind: 'fixture' | 'nessie',
): Promise<Target> {
  const binary = await installMinio(keeper, say)
  const minio = await startMinio(keeper, { binary, folder: join(folder, 'minio'), buckets: ['lake'] })
  const storage = minio.storage('lake')
  const uri =
    kind === 'nessie'
      ? await startNessie(keeper, { storage, warehouse: name, folder: join(folder, 'nessie') })
      : (
          await startIcebergFixture(keeper, {
            jars: (await installKit(keeper, say)).jars,
            folder: join(folder, 'fixture'),
            storage,
          })
        ).access.uri
  const fixture = await startServerFixture(keeper, { folder, lifetimeMs: lifetimeSeconds * 1_000, env: {} })
  const access = await prepareWarehouse(fixture.server, {
    name,
    storage,
    vending: { mode: 'gateway', lifetimeSeconds },
    upstream: { uri },
  })
  const endpoint = fixture.server.s3Url
  return {
    access: {
      ...access,
      storage: { kind: 'vended', endpoint, region: storage.region, ask: 'vended-credentials' },
    },
    others: {},
    fixture,
    usage: fixture.usage,
  }
}
