import type { MasterKey } from '../keys/master-key.ts'
import { isSealedBy } from '../keys/master-seal.ts'
import { type Resealed, resealRing } from '../keys/reseal.ts'
import { type CommitRecord, writeRecord } from '../store/commit-record.ts'
import type { Sql } from '../store/sql.ts'
import { listSealedSecrets } from '../store/warehouse-writes.ts'
import { resealWarehouseSecrets } from './warehouse-secrets.ts'

/** Results of reencrypting the key ring and the secrets of warehouses. */
export interface ResealReport {
  readonly keys: Resealed
  readonly warehouses: Resealed
}

/**
 * Encrypts the key ring and the secrets of all warehouses with the current master key.
 *
 * @param record returns the record with the audit event of the change, which is written afterwards in a separate
 *   statement
 */
export async function resealAll(
  sql: Sql,
  master: MasterKey,
  record: (report: ResealReport) => CommitRecord,
): Promise<ResealReport> {
  const keys = await resealRing(sql, master)
  const warehouses = await resealWarehouseSecrets(sql, master)
  const report = { keys, warehouses }
  await writeRecord(sql, record(report))
  return report
}

/** Returns the number of secrets of warehouses that are encrypted with an earlier master key. */
export async function countSecretsToReseal(sql: Sql, master: MasterKey): Promise<number> {
  const secrets = await listSealedSecrets(sql)
  return secrets.filter(({ sealed }) => !isSealedBy(master, sealed)).length
}
