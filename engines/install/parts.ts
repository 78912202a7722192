import { installLance } from '../../conformance/lib/lance.ts'
import { installMinio } from '../../conformance/lib/minio.ts'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { installKit } from '../../conformance/rck/install.ts'
import { installClickHouse } from './clickhouse.ts'
import { installDuckDb } from './duckdb.ts'
import { installKeycloak } from '../../conformance/lib/install-keycloak.ts'
import { installPyIceberg } from '../../conformance/lib/pyiceberg.ts'
import { installSpark } from './spark.ts'
import { installTrino, installTrinoCli } from './trino.ts'

type Installer = (keeper: ProcessKeeper, say: (line: string) => void) => Promise<unknown>

/** Functions that install the programs, keyed by the name of the program. They do not depend on each other. */
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
  // This kit contains the REST catalog server that `test:engines -- --fixture` starts.
  rck: installKit,
}
