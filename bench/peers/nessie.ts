import type { WarehouseStorage } from '../../conformance/lib/catalog-access.ts'
import { fetchJar } from '../../conformance/lib/fetch-jar.ts'
import { freePort } from '../../conformance/lib/free-port.ts'
import { findJdk, jdkCommand } from '../../conformance/lib/jdk.ts'
import { answers, waitUntilReady } from '../../conformance/lib/wait-until-ready.ts'
import { type BenchRun, logOf } from '../lib/bench-run.ts'
import { seated } from '../lib/cores.ts'
import type { BenchPostgres } from '../lib/postgres.ts'
import type { Peer } from './peer.ts'

export const nessieVersion = '0.99.0'

/** Nessie (the newest version in Maven repositories) on PostgreSQL, metadata on S3, no authentication. */
export async function startNessie(
  run: BenchRun,
  postgres: BenchPostgres,
  storage: WarehouseStorage & { readonly kind: 's3' },
): Promise<Peer> {
  const artifact = `org.projectnessie.nessie:nessie-quarkus:${nessieVersion}:jar:runner`
  const jar = await fetchJar(run.keeper, 'nessie', artifact)
  const database = 'peer_nessie'
  await postgres.dropDatabase(database)
  await postgres.createDatabase(database)
  const [port, managementPort] = [await freePort(), await freePort()]
  const properties = {
    'quarkus.http.host': '127.0.0.1',
    'quarkus.http.port': String(port),
    'quarkus.management.host': '127.0.0.1',
    'quarkus.management.port': String(managementPort),
    'quarkus.otel.sdk.disabled': 'true',
    'quarkus.http.access-log.enabled': 'false',
    'quarkus.log.level': 'WARN',
    'nessie.version.store.type': 'JDBC2',
    'nessie.version.store.persist.jdbc.datasource': 'postgresql',
    'quarkus.datasource.postgresql.jdbc.url': `jdbc:postgresql://127.0.0.1:${postgres.port}/${database}`,
    'quarkus.datasource.postgresql.username': postgres.user,
    'quarkus.datasource.postgresql.password': postgres.password,
    'nessie.catalog.default-warehouse': 'bench',
    'nessie.catalog.warehouses.bench.location': storage.root,
    'nessie.catalog.service.s3.default-options.endpoint': storage.endpoint,
    'nessie.catalog.service.s3.default-options.path-style-access': 'true',
    'nessie.catalog.service.s3.default-options.region': storage.region,
    // nobody here gives clients ways into the storage
    'nessie.catalog.service.s3.default-options.request-signing-enabled': 'false',
    'nessie.catalog.service.s3.default-options.access-key': 'urn:nessie-secret:quarkus:bench-secrets.s3',
    'bench-secrets.s3.name': storage.accessKeyId,
    'bench-secrets.s3.secret': storage.secretAccessKey,
  }
  const options = Object.entries(properties).map(([name, value]) => `-D${name}=${value}`)
  const child = run.keeper.start({
    name: 'nessie',
    ...seated(run.placement, 'server', jdkCommand(findJdk(21), 'java'), ['-Xmx1g', ...options, '-jar', jar]),
    log: logOf(run, 'nessie'),
  })
  const origin = `http://127.0.0.1:${port}`
  await waitUntilReady(child, () => answers(`${origin}/iceberg/v1/config`), 90_000)
  return {
    name: `Nessie ${nessieVersion}, PostgreSQL, MinIO`,
    base: `${origin}/iceberg`,
    warehouse: 'bench',
    warm: true,
    process: child,
  }
}
