import type { MasterKey } from '../keys/master-key.ts'
import { isSealedBy } from '../keys/master-seal.ts'
import { type Resealed, resealRing } from '../keys/reseal.ts'
import { type CommitRecord, writeRecord } from '../store/commit-record.ts'
import type { Sql } from '../store/sql.ts'
import { listSealedSecrets } from '../store/warehouse-writes.ts'
import { resealStorageSecrets } from './storage-secret.ts'

/** Results of resealing the key ring and the storage secrets of warehouses. */
export interface ResealReport {
  readonly keys: Resealed
  readonly warehouses: Resealed
}

/**
 * Seals the key ring and the storage secrets of all warehouses with the current master key.
 *
 * @param record what is written afterwards, in its own statement
 */
export async function resealAll(
  sql: Sql,
  master: MasterKey,
  record: (report: ResealReport) => CommitRecord,
): Promise<ResealReport> {
  const keys = await resealRing(sql, master)
  const warehouses = await resealStorageSecrets(sql, master)
  const report = { keys, warehouses }
  await writeRecord(sql, record(report))
  return report
}

/** Returns the number of warehouses whose storage secret an earlier master key sealed. */
export async function countSecretsToReseal(sql: Sql, master: MasterKey): Promise<number> {
  const secrets = await listSealedSecrets(sql)
  return secrets.filter(({ storageSecret }) => !isSealedBy(master, storageSecret)).length
}
