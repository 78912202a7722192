import { join } from 'node:path'
import { fetchJar } from '../../lib/fetch-jar.ts'
import { freePort } from '../../lib/free-port.ts'
import { findJdk, jdkCommand } from '../../lib/jdk.ts'
import { startMinio } from '../../lib/minio.ts'
import type { ProcessKeeper } from '../../lib/process-keeper.ts'
import { answers, waitUntilReady } from '../../lib/wait-until-ready.ts'
import type { Peer } from './peer.ts'

export const nessieArtifact = 'org.projectnessie.nessie:nessie-quarkus:0.99.0:jar:runner'

/** Project Nessie, in memory, with metadata on MinIO. */
export async function startNessiePeer(keeper: ProcessKeeper, folder: string, minio: string): Promise<Peer> {
  const jar = await fetchJar(keeper, 'nessie', nessieArtifact)
  const store = await startMinio(keeper, { binary: minio, folder: join(folder, 'minio'), buckets: ['lake'] })
  const storage = store.storage('lake')
  const [port, managementPort] = [await freePort(), await freePort()]
  const properties = {
    'quarkus.http.host': '127.0.0.1',
    'quarkus.http.port': String(port),
    'quarkus.management.host': '127.0.0.1',
    'quarkus.management.port': String(managementPort),
    'quarkus.otel.sdk.disabled': 'true',
    'quarkus.http.access-log.enabled': 'false',
    'quarkus.log.level': 'WARN',
    'nessie.version.store.type': 'IN_MEMORY',
    'nessie.catalog.default-warehouse': 'lake',
    'nessie.catalog.warehouses.lake.location': storage.root,
    'nessie.catalog.service.s3.default-options.endpoint': storage.endpoint,
    'nessie.catalog.service.s3.default-options.path-style-access': 'true',
    'nessie.catalog.service.s3.default-options.region': storage.region,
    'nessie.catalog.service.s3.default-options.access-key': 'urn:nessie-secret:quarkus:suite-secrets.s3',
    'suite-secrets.s3.name': storage.accessKeyId,
    'suite-secrets.s3.secret': storage.secretAccessKey,
  }
  const options = Object.entries(properties).map(([name, value]) => `-D${name}=${value}`)
  const child = keeper.start({
    name: 'nessie',
    command: jdkCommand(findJdk(21), 'java'),
    args: ['-Xmx512m', '-XX:TieredStopAtLevel=1', ...options, '-jar', jar],
    log: join(folder, 'nessie.log'),
  })
  const uri = `http://127.0.0.1:${port}/iceberg`
  await waitUntilReady(child, () => answers(`${uri}/v1/config`), 90_000)
  return {
    name: 'nessie',
    options: { uri, warehouse: 'lake', properties: { 'view-endpoints-supported': 'true' } },
    nested: true,
    sharedFiles: true,
    history: false,
  }
}
