import type { MasterKey } from '../keys/master-key.ts'
import { type Resealed, resealEach } from '../keys/reseal.ts'
import type { Sql } from '../store/sql.ts'
import { listSealedSecrets, replaceSealedSecret } from '../store/warehouse-writes.ts'
import { storageSecretContext } from './storage-secret.ts'
import { upstreamSecretContext } from './upstream-secret.ts'

const contexts = { storage: storageSecretContext, upstream: upstreamSecretContext } as const

/** Encrypts the secrets of all warehouses again, with the current master key; see `resealRing`. */
export async function resealWarehouseSecrets(sql: Sql, master: MasterKey): Promise<Resealed> {
  const rows = await listSealedSecrets(sql)
  return resealEach(
    master,
    rows.map((row) => ({
      name: row.name,
      context: contexts[row.of](row.id),
      sealed: row.sealed,
      replace: (after) => replaceSealedSecret(sql, row, after),
    })),
  )
}
