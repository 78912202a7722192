import type { PrincipalRow } from './principals.ts'
import { type Queryable, statement } from './sql.ts'

/** Public key with which the server verifies the assertions of a client. */
export interface ClientKeyRow {
  /** Key id, which assertions of the client contain as `kid`. */
  readonly id: string
  readonly jwk: Readonly<Record<string, unknown>>
  /** Time of creation in epoch ms. */
  readonly createdAt: number
}

/**
 * Client (a principal) with all its public keys: the data that the server needs to verify an assertion of the
 * client.
 */
export interface SigningClientRow extends Pick<
  PrincipalRow,
  'id' | 'issuer' | 'subject' | 'name' | 'enabled'
> {
  readonly keys: readonly Pick<ClientKeyRow, 'id' | 'jwk'>[]
}

const ofClient = statement(
  'client-keys-of-client',
  `select p.id, p.issuer, p.subject, p.name, p.enabled,
     (select coalesce(jsonb_agg(jsonb_build_object('id', k.id, 'jwk', k.jwk)), '[]') from client_key k where k.principal_id = p.id) as keys
   from principal p where p.issuer = $1 and p.subject = $2`,
)
const list = statement(
  'client-keys',
  `select id, jwk, created_at as "createdAt" from client_key where principal_id = $1 order by created_at, id`,
)
const insert = statement(
  'client-key-insert',
  `insert into client_key (principal_id, id, jwk)
   select $1, $2, $3::jsonb where (select count(*) from client_key where principal_id = $1) < $4
   on conflict do nothing returning id, jwk, created_at as "createdAt"`,
)
const remove = statement(
  'client-key-delete',
  `delete from client_key where principal_id = $1 and id = $2 returning id`,
)

export async function findSigningClient(
  sql: Queryable,
  issuer: string,
  subject: string,
): Promise<SigningClientRow | null> {
  return (await sql.run<SigningClientRow>(ofClient, [issuer, subject]))[0] ?? null
}

/** Returns the keys of a client, the oldest first. */
export function listClientKeys(sql: Queryable, principalId: string): Promise<ClientKeyRow[]> {
  return sql.run<ClientKeyRow>(list, [principalId])
}

/** Adds a key to a client. Returns null when the client already has a key with this id, or `most` keys. */
export async function insertClientKey(
  tx: Queryable,
  principalId: string,
  key: Pick<ClientKeyRow, 'id' | 'jwk'>,
  most: number,
): Promise<ClientKeyRow | null> {
  const values = [principalId, key.id, JSON.stringify(key.jwk), most]
  return (await tx.run<ClientKeyRow>(insert, values))[0] ?? null
}

/** Deletes a key of a client. Returns false when the client has no key with this id. */
export async function deleteClientKey(tx: Queryable, principalId: string, id: string): Promise<boolean> {
  return (await tx.run(remove, [principalId, id])).length > 0
}
