import { installLance } from '../../conformance/lib/lance.ts'
import { installMinio } from '../../conformance/lib/minio.ts'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { installKit } from '../../conformance/rck/install.ts'
import { installClickHouse } from './clickhouse.ts'
import { installDuckDb } from './duckdb.ts'
import { installKeycloak } from './keycloak.ts'
import { installPyIceberg } from './pyiceberg.ts'
import { installSpark } from './spark.ts'
import { installTrino, installTrinoCli } from './trino.ts'

type Installer = (keeper: ProcessKeeper, say: (line: string) => void) => Promise<unknown>

/** Installers of the parts, which are independent. */
export const parts: Readonly<Record<string, Installer>> = {
  pyiceberg: installPyIceberg,
  duckdb: installDuckDb,
  clickhouse: installClickHouse,
  spark: installSpark,
  trino: installTrino,
  'trino-cli': installTrinoCli,
  minio: installMinio,
  lance: installLance,
  keycloak: installKeycloak,
  // with Iceberg's reference server, for `test:engines -- --fixture`
  rck: installKit,
}
