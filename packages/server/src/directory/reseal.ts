import { resealWarehouseSecrets } from '../catalog/warehouse-secrets.ts'
import { countAccessKeysToReseal, resealAccessKeys } from '../identity/access-keys/sealed-secret.ts'
import type { MasterKey } from '../keys/master-key.ts'
import { isSealedBy } from '../keys/master-seal.ts'
import { type Resealed, resealRing } from '../keys/reseal.ts'
import { type CommitRecord, writeRecord } from '../store/commit-record.ts'
import type { Sql } from '../store/sql.ts'
import { listSealedSecrets } from '../store/warehouse-writes.ts'

/** Results of reencrypting the key ring, the secrets of warehouses and the access keys. */
export interface ResealReport {
  readonly keys: Resealed
  readonly warehouses: Resealed
  readonly accessKeys: Resealed
}

/** Numbers of secrets that are encrypted with an earlier master key. */
export interface SecretsToReseal {
  readonly warehouses: number
  readonly accessKeys: number
}

/**
 * Encrypts the key ring, the secrets of all warehouses, and the secrets of all access keys with the current master key.
 *
 * @param record returns the audit record of the results, which a separate statement writes at the end
 */
export async function resealAll(
  sql: Sql,
  master: MasterKey,
  record: (report: ResealReport) => CommitRecord,
): Promise<ResealReport> {
  const keys = await resealRing(sql, master)
  const warehouses = await resealWarehouseSecrets(sql, master)
  const accessKeys = await resealAccessKeys(sql, master)
  const report = { keys, warehouses, accessKeys }
  await writeRecord(sql, record(report))
  return report
}

/** Counts the warehouses and the access keys whose secret is encrypted with an earlier master key. */
export async function countSecretsToReseal(sql: Sql, master: MasterKey): Promise<SecretsToReseal> {
  const secrets = await listSealedSecrets(sql)
  return {
    warehouses: secrets.filter(({ sealed }) => !isSealedBy(master, sealed)).length,
    accessKeys: await countAccessKeysToReseal(sql, master),
  }
}
