import type { PrincipalRow } from './principals.ts'
import { type Queryable, statement } from './sql.ts'

/** Access key of a principal, without its secret. */
export interface AccessKeyRow {
  /** Access key id, which signed requests contain. */
  readonly id: string
  /** Time of creation in epoch ms. */
  readonly createdAt: number
}

/**
 * Encrypted secret of an access key. The encryption also authenticates `id` and `principalId`, so that the
 * secret cannot be copied to another row.
 */
export interface SealedAccessKey {
  readonly id: string
  readonly principalId: string
  readonly sealed: Buffer
}

/**
 * Principal of an access key and the encrypted secret of the key: the data that the server needs to verify
 * the signature of a request.
 */
export interface SigningPrincipalRow extends Pick<PrincipalRow, 'id' | 'issuer' | 'subject' | 'name'> {
  readonly sealed: Buffer
}

const find = statement(
  'access-key-find',
  `select p.id, p.issuer, p.subject, p.name, k.sealed from access_key k join principal p on p.id = k.principal_id
   where k.id = $1`,
)
const list = statement(
  'access-keys',
  `select id, created_at as "createdAt" from access_key where principal_id = $1 order by created_at, slot`,
)
const insert = statement(
  'access-key-insert',
  `insert into access_key (id, principal_id, slot, sealed)
   select $1, $2, free.slot, $3
   from (select v.slot from (values (1::smallint), (2::smallint)) v(slot)
         where not exists (select from access_key k where k.principal_id = $2 and k.slot = v.slot)
         order by v.slot limit 1) free
   returning id, created_at as "createdAt"`,
)
const remove = statement(
  'access-key-delete',
  `delete from access_key where principal_id = $1 and id = $2 returning id`,
)
const removeAll = statement('access-key-delete-all', `delete from access_key where principal_id = $1`)
const listSealed = statement(
  'access-keys-sealed',
  `select id, principal_id as "principalId", sealed from access_key order by id`,
)
const reseal = statement(
  'access-key-reseal',
  `update access_key set sealed = $3 where id = $1 and sealed = $2 returning id`,
)

/** Returns the principal of an access key and its encrypted secret. Returns null for an unknown access key id. */
export async function findAccessKey(sql: Queryable, id: string): Promise<SigningPrincipalRow | null> {
  return (await sql.run<SigningPrincipalRow>(find, [id]))[0] ?? null
}

/** Returns the access keys of a principal, the oldest first. */
export function listAccessKeys(sql: Queryable, principalId: string): Promise<AccessKeyRow[]> {
  return sql.run<AccessKeyRow>(list, [principalId])
}

/** Adds an access key. Returns null when the principal already has two access keys. */
export async function insertAccessKey(
  tx: Queryable,
  { id, principalId, sealed }: SealedAccessKey,
): Promise<AccessKeyRow | null> {
  return (await tx.run<AccessKeyRow>(insert, [id, principalId, sealed]))[0] ?? null
}

/** Deletes an access key. Returns false when the principal has no access key with this id. */
export async function deleteAccessKey(tx: Queryable, principalId: string, id: string): Promise<boolean> {
  return (await tx.run(remove, [principalId, id])).length > 0
}

export async function deleteAllAccessKeys(tx: Queryable, principalId: string): Promise<void> {
  await tx.run(removeAll, [principalId])
}

/** Returns the encrypted secrets of all access keys. */
export function listSealedAccessKeys(sql: Queryable): Promise<SealedAccessKey[]> {
  return sql.run<SealedAccessKey>(listSealed)
}

/**
 * Replaces the encrypted secret of an access key, after a change of the master key. Returns false when another process
 * has deleted the access key or changed the secret in the meantime.
 */
export async function replaceSealedAccessKey(
  sql: Queryable,
  { id, sealed }: SealedAccessKey,
  after: Uint8Array,
): Promise<boolean> {
  return (await sql.run(reseal, [id, sealed, after])).length === 1
}
