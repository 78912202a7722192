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

/** What is committed together with a change of the ring. Throwing undoes the change. */
export type Alongside = (tx: Queryable) => Promise<void>

const nothing: Alongside = () => Promise.resolve()

/** First phase of a rotation: the new key becomes known everywhere but signs and seals nothing yet. Returns its id. */
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
 * Second phase: the added key becomes the active one, the one before is retired and still verifies and opens.
 *
 * @param minAgeMs refused while the key is younger: every replica must have had the time to load it. Use the ring's
 *   maximum age.
 */
export async function promoteKey(
  sql: Sql,
  id: string,
  minAgeMs: number,
  alongside: Alongside = nothing,
): Promise<void> {
  await sql.transaction(async (tx) => {
    await lockKeyRing(tx)
    const row = await keyOf(tx, id)
    if (row.state !== 'added')
      throw new HeadgateError(
        'bad-request',
        `Key ${id} is ${row.state}, not an added key: it cannot be promoted.`,
      )
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
export async function revokeKey(sql: Sql, id: string, alongside: Alongside = nothing): Promise<void> {
  await sql.transaction(async (tx) => {
    await lockKeyRing(tx)
    const { state, purpose } = await keyOf(tx, id)
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

async function keyOf(tx: Queryable, id: string): Promise<KeyRow> {
  const row = (await readKeys(tx)).find((key) => key.id === id)
  if (row === undefined) throw new HeadgateError('no-such-object', `There is no key ${id} in the key ring.`)
  return row
}
