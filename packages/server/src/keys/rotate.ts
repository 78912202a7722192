import { HeadgateError } from '@headgate/errors'
import {
  deleteKey,
  dropRetiredKeys,
  insertKey,
  lockKeyRing,
  promoteKeyRow,
  readKeys,
} from '../store/key-ring.ts'
import type { Sql } from '../store/sql.ts'
import type { MasterKey } from './master-key.ts'
import { generateKey, type KeyPurpose } from './ring-key.ts'

/** First phase of a rotation: the new key becomes known everywhere but signs and seals nothing yet. Returns its id. */
export async function addKey(sql: Sql, master: MasterKey, purpose: KeyPurpose): Promise<string> {
  return sql.transaction(async (tx) => {
    await lockKeyRing(tx)
    const key = generateKey(master, purpose, 'added')
    await insertKey(tx, key)
    return key.id
  })
}

/**
 * Second phase: the added key becomes the active one, the one before is retired and still verifies and opens.
 *
 * @param minAgeMs refused while the key is younger: every replica must have had the time to load it. Use the ring's
 *   maximum age.
 */
export async function promoteKey(sql: Sql, id: string, minAgeMs: number): Promise<void> {
  await sql.transaction(async (tx) => {
    await lockKeyRing(tx)
    const row = (await readKeys(tx)).find((key) => key.id === id)
    if (row?.state !== 'added')
      throw new HeadgateError('bad-request', `Key ${id} is not an added key: it cannot be promoted.`)
    const missing = minAgeMs - (Date.now() - row.created_at)
    if (missing > 0) {
      throw new HeadgateError(
        'bad-request',
        `Key ${id} is too young: promote it in ${Math.ceil(missing / 1000)} seconds, when every replica has it.`,
      )
    }
    await promoteKeyRow(tx, id)
  })
}

/**
 * Deletes keys that were retired longer than `keepMs` ago and returns their ids. `keepMs` must be the longest life of
 * anything such a key protects.
 */
export function dropRetired(sql: Sql, keepMs: number): Promise<string[]> {
  return sql.transaction(async (tx) => {
    await lockKeyRing(tx)
    return dropRetiredKeys(tx, keepMs / 1000)
  })
}

/** Deletes a key that leaked, at once; everything it protects stops. The active key must be rotated away first. */
export async function revokeKey(sql: Sql, id: string): Promise<void> {
  const gone = await sql.transaction(async (tx) => {
    await lockKeyRing(tx)
    return deleteKey(tx, id)
  })
  if (!gone)
    throw new HeadgateError(
      'bad-request',
      `Key ${id} is active or does not exist: promote another key first.`,
    )
}
