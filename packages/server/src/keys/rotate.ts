import { HeadgateError } from '@headgate/errors'
import {
  deleteKey,
  dropRetiredKeys,
  insertKey,
  type KeyRow,
  lockKeyRing,
  promoteKeyRow,
  readKeys,
} from '../store/key-ring.ts'
import type { Queryable, Sql } from '../store/sql.ts'
import type { MasterKey } from './master-key.ts'
import { generateKey, type KeyPurpose } from './ring-key.ts'

/**
 * Further writes in the transaction that changes the key ring, such as the audit event. If the function throws, the
 * change is rolled back.
 */
export type Alongside = (tx: Queryable) => Promise<void>

const nothing: Alongside = () => Promise.resolve()

/**
 * Adds a key, the first phase of a rotation: all replicas load the key, but none signs or seals with it yet.
 * Returns its id.
 */
export async function addKey(
  sql: Sql,
  master: MasterKey,
  purpose: KeyPurpose,
  alongside: Alongside = nothing,
): Promise<string> {
  return sql.transaction(async (tx) => {
    await lockKeyRing(tx)
    const key = generateKey(master, purpose, 'added')
    await insertKey(tx, key)
    await alongside(tx)
    return key.id
  })
}

/**
 * Promotes an added key, the second phase of a rotation. The previous key is retired: it still verifies
 * signatures and opens tokens, but does not create new ones.
 *
 * @param minAgeMs the key must have at least this age, so that every replica has loaded it. Use the maximum age
 *   of the ring
 */
export async function promoteKey(
  sql: Sql,
  id: string,
  minAgeMs: number,
  alongside: Alongside = nothing,
): Promise<void> {
  await sql.transaction(async (tx) => {
    await lockKeyRing(tx)
    const row = await requireKey(tx, id)
    if (row.state !== 'added')
      throw new HeadgateError('bad-request', `Key ${id} is ${row.state}. Only an added key can be promoted.`)
    const missing = minAgeMs - row.age_ms
    if (missing > 0) {
      throw new HeadgateError(
        'bad-request',
        `Key ${id} is too young: promote it in ${Math.ceil(missing / 1000)} seconds, when every replica has it.`,
      )
    }
    await promoteKeyRow(tx, id)
    await alongside(tx)
  })
}

/**
 * Deletes keys that were retired longer than `keepMs` ago and returns their ids. `keepMs` must be at least the
 * longest lifetime of the tokens that the keys signed or sealed.
 */
export function dropRetired(sql: Sql, keepMs: number): Promise<string[]> {
  return sql.transaction(async (tx) => {
    await lockKeyRing(tx)
    return dropRetiredKeys(tx, keepMs / 1000)
  })
}

/**
 * Deletes a leaked key at once, which invalidates all tokens that it signed or sealed. An active key must be
 * replaced first.
 */
export async function revokeKey(sql: Sql, id: string, alongside: Alongside = nothing): Promise<void> {
  await sql.transaction(async (tx) => {
    await lockKeyRing(tx)
    const { state, purpose } = await requireKey(tx, id)
    if (state === 'active') {
      throw new HeadgateError(
        'bad-request',
        `Key ${id} is the active one for ${purpose}: promote another key first.`,
      )
    }
    await deleteKey(tx, id)
    await alongside(tx)
  })
}

async function requireKey(tx: Queryable, id: string): Promise<KeyRow> {
  const row = (await readKeys(tx)).find((key) => key.id === id)
  if (row === undefined) throw new HeadgateError('no-such-object', `The key ring contains no key ${id}.`)
  return row
}
