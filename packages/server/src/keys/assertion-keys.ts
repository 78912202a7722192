import { insertKey, lockKeyRing, readKeys } from '../store/key-ring.ts'
import type { Sql } from '../store/sql.ts'
import type { KeyRing } from './key-ring.ts'
import type { MasterKey } from './master-key.ts'
import { assertionPurpose, generateKey, type SigningKey } from './ring-key.ts'

/**
 * Objects with which the keys of assertions are found and created. An assertion is a JWT with which this server
 * authenticates at the upstream catalog of a warehouse.
 */
export interface AssertionKeyDeps {
  readonly sql: Sql
  readonly master: MasterKey
  readonly ring: KeyRing
}

/**
 * Returns the claim `iss` of the JWTs (assertions) with which the server authenticates at the upstream catalog of a
 * warehouse. Each warehouse has its own issuer and keys, so that an upstream that trusts them accepts neither session
 * tokens of this server nor assertions of other warehouses.
 *
 * @param publicUrl public URL of the server, without trailing slash
 */
export function assertionIssuer(publicUrl: string, warehouseId: string): string {
  return `${publicUrl}/assertions/${warehouseId}`
}

/**
 * Returns the key that signs the assertions (JWTs for the upstream catalog) of a warehouse. Creates the key if there is
 * none.
 */
export async function assertionKey(
  { sql, master, ring }: AssertionKeyDeps,
  warehouseId: string,
): Promise<SigningKey> {
  const purpose = assertionPurpose(warehouseId)
  const known = ring.findSigning(purpose)
  if (known !== null) return known
  await sql.transaction(async (tx) => {
    await lockKeyRing(tx)
    const keys = await readKeys(tx)
    const isPresent = keys.some((key) => key.purpose === purpose && key.state === 'active')
    if (!isPresent) await insertKey(tx, generateKey(master, purpose, 'active'))
  })
  await ring.reload()
  return ring.signing(purpose)
}
