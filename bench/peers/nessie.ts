import type { WarehouseStorage } from '../../conformance/lib/catalog-access.ts'
import { nessieCommand, nessieVersion } from '../../conformance/lib/nessie.ts'
import { responds, waitUntilReady } from '../../conformance/lib/wait-until-ready.ts'
import { type BenchRun, toLogPath } from '../lib/bench-run.ts'
import { seated } from '../lib/cores.ts'
import type { BenchPostgres } from '../lib/postgres.ts'
import type { Peer } from './peer.ts'

/** Starts Nessie on PostgreSQL, with metadata on S3 and without authentication. */
export async function startNessie(
  run: BenchRun,
  postgres: BenchPostgres,
  storage: WarehouseStorage & { readonly kind: 's3' },
): Promise<Peer> {
  const database = 'peer_nessie'
  await postgres.dropDatabase(database)
  await postgres.createDatabase(database)
  const { command, args, uri } = await nessieCommand(run.keeper, {
    storage,
    warehouse: 'bench',
    java: ['-Xmx1g'],
    properties: {
      'nessie.version.store.type': 'JDBC2',
      'nessie.version.store.persist.jdbc.datasource': 'postgresql',
      'quarkus.datasource.postgresql.jdbc.url': `jdbc:postgresql://127.0.0.1:${postgres.port}/${database}`,
      'quarkus.datasource.postgresql.username': postgres.user,
      'quarkus.datasource.postgresql.password': postgres.password,
      // Clients receive no storage credentials in this comparison.
      'nessie.catalog.service.s3.default-options.request-signing-enabled': 'false',
    },
  })
  const child = run.keeper.start({
    name: 'nessie',
    ...seated(run.placement, 'server', command, args),
    log: toLogPath(run, 'nessie'),
  })
  await waitUntilReady(child, () => responds(`${uri}/v1/config`), 90_000)
  return {
    name: `Nessie ${nessieVersion}, PostgreSQL, MinIO`,
    base: uri,
    warehouse: 'bench',
    warm: true,
    process: child,
  }
}
