import { join } from 'node:path'
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { installMinio, startMinio } from '../../lib/minio.ts'
import { nessieCommand } from '../../lib/nessie.ts'
import type { ProcessKeeper } from '../../lib/process-keeper.ts'
import { responds, waitUntilReady } from '../../lib/wait-until-ready.ts'
import type { ImportSource } from './source.ts'

const bucket = 'lake'

/** Starts Nessie in memory, with metadata files on MinIO, as a source of the import. */
export async function startNessieSource(
  keeper: ProcessKeeper,
  folder: string,
  say: (line: string) => void,
): Promise<ImportSource> {
  const binary = await installMinio(keeper, say)
  const store = await startMinio(keeper, { binary, folder: join(folder, 'minio'), buckets: [bucket] })
  const storage = store.storage(bucket)
  const { uri, ...command } = await nessieCommand(keeper, {
    storage,
    warehouse: 'lake',
    java: ['-Xmx1g', '-XX:TieredStopAtLevel=1'],
    properties: {
      'nessie.version.store.type': 'IN_MEMORY',
      'nessie.catalog.service.s3.default-options.request-signing-enabled': 'false',
    },
  })
  const process = keeper.start({ name: 'nessie', ...command, log: join(folder, 'nessie.log') })
  await waitUntilReady(process, () => responds(`${uri}/v1/config`), 90_000)
  const s3 = new S3Client({
    endpoint: storage.endpoint,
    region: storage.region,
    forcePathStyle: true,
    credentials: { accessKeyId: storage.accessKeyId, secretAccessKey: storage.secretAccessKey },
  })
  return {
    name: 'nessie',
    options: { uri, warehouse: 'lake', properties: { 'view-endpoints-supported': 'true' } },
    process,
    warehouse: {
      name: 'nessie',
      storage: { ...storage, root: `s3://${bucket}/target` },
      allowedLocations: [storage.root],
    },
    async readFile(location) {
      const key = new URL(location).pathname.slice(1)
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: decodeURIComponent(key) }))
      return Buffer.from((await Body?.transformToByteArray()) ?? [])
    },
    nested: true,
    root: storage.root,
    keepsViewFiles: true,
  }
}
