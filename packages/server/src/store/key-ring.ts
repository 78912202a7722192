import { type Queryable, statement } from './sql.ts'

export type KeyState = 'added' | 'active' | 'retired'

/** Row of the key ring. Times are epoch ms. `sealed` is the key, encrypted with the master key. */
export interface KeyRow {
  readonly id: string
  readonly purpose: string
  readonly state: KeyState
  readonly sealed: Uint8Array
  readonly public_jwk: object | null
  readonly created_at: number
  readonly promoted_at: number | null
  readonly retired_at: number | null
  /** Time in ms since the creation of the key, by the clock of the database. */
  readonly age_ms: number
}

const select = statement(
  'key-ring-select',
  `select id, purpose, state, sealed, public_jwk, created_at, promoted_at, retired_at,
     (extract(epoch from now() - created_at) * 1000)::float8 as age_ms from key_ring order by created_at, id`,
)
const lock = statement('key-ring-lock', `select pg_advisory_xact_lock(7236834212951110)`)
const insert = statement(
  'key-ring-insert',
  `with added as (
     insert into key_ring (id, purpose, state, sealed, public_jwk, promoted_at)
     values ($1, $2, $3, $4, $5, case when $3 = 'active' then now() end)
   )
   select pg_notify('headgate', 'keys:' || $1)`,
)
const promote = statement(
  'key-ring-promote',
  `with target as (select id, purpose from key_ring where id = $1 and state = 'added'),
   retired as (
     update key_ring set state = 'retired', retired_at = now()
     where state = 'active' and purpose = (select purpose from target)
   ),
   promoted as (
     update key_ring set state = 'active', promoted_at = now() where id = (select id from target) returning id
   )
   select id, pg_notify('headgate', 'keys:' || id) from promoted`,
)
const drop = statement(
  'key-ring-drop',
  `with dropped as (
     delete from key_ring where state = 'retired' and retired_at <= now() - make_interval(secs => $1) returning id
   )
   select id, pg_notify('headgate', 'keys:' || id) from dropped`,
)
const revoke = statement(
  'key-ring-revoke',
  `with dropped as (delete from key_ring where id = $1 and state <> 'active' returning id)
   select id, pg_notify('headgate', 'keys:' || id) from dropped`,
)
const removePurpose = statement(
  'key-ring-remove-purpose',
  `with dropped as (delete from key_ring where purpose = $1 returning id)
   select id, pg_notify('headgate', 'keys:' || id) from dropped`,
)

const reseal = statement(
  'key-ring-reseal',
  `update key_ring set sealed = $3 where id = $1 and sealed = $2 returning id`,
)

export function readKeys(sql: Queryable): Promise<KeyRow[]> {
  return sql.run<KeyRow>(select)
}

/** Locks the key ring until the transaction ends, so that other transactions cannot change it. */
export async function lockKeyRing(tx: Queryable): Promise<void> {
  await tx.run(lock)
}

export async function insertKey(
  tx: Queryable,
  key: Pick<KeyRow, 'id' | 'purpose' | 'state' | 'sealed' | 'public_jwk'>,
): Promise<void> {
  await tx.run(insert, [
    key.id,
    key.purpose,
    key.state,
    key.sealed,
    key.public_jwk === null ? null : JSON.stringify(key.public_jwk),
  ])
}

/**
 * Makes an added key the active key of its purpose, and the previous active key a retired key. Returns false when no
 * added key has this id.
 */
export async function promoteKeyRow(tx: Queryable, id: string): Promise<boolean> {
  return (await tx.run(promote, [id])).length > 0
}

/** Deletes keys that were retired more than `seconds` ago. Returns their ids. */
export async function dropRetiredKeys(tx: Queryable, seconds: number): Promise<string[]> {
  return (await tx.run<{ id: string }>(drop, [seconds])).map((row) => row.id)
}

/**
 * Deletes a key immediately, unless the key is active. Tokens that were signed or encrypted with the key become
 * invalid.
 */
export async function deleteKey(tx: Queryable, id: string): Promise<boolean> {
  return (await tx.run(revoke, [id])).length > 0
}

/** Deletes all keys of a purpose, in any state. */
export async function deleteKeysOf(tx: Queryable, purpose: string): Promise<void> {
  await tx.run(removePurpose, [purpose])
}

/**
 * Replaces the encrypted key in a row, after a change of the master key. Returns false when the row was deleted or
 * when another process has already replaced the encrypted key.
 */
export async function replaceSealed(
  sql: Queryable,
  { id, sealed }: Pick<KeyRow, 'id' | 'sealed'>,
  after: Uint8Array,
): Promise<boolean> {
  return (await sql.run(reseal, [id, sealed, after])).length > 0
}
