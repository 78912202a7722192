import type { PrincipalRow } from './principals.ts'
import { type Queryable, statement } from './sql.ts'

/**
 * Client (a principal) with the hashes of all its secrets: the data that the server needs to authenticate the
 * client.
 */
export interface ClientRow extends Pick<PrincipalRow, 'id' | 'issuer' | 'subject' | 'name' | 'enabled'> {
  readonly hashes: readonly Buffer[]
}

export interface SecretRow {
  readonly slot: 1 | 2
  /** Time of creation in epoch ms. */
  readonly createdAt: number
}

const columns = `p.id, p.issuer, p.subject, p.name, p.enabled`

const bySubject = statement(
  'client-by-subject',
  `select ${columns}, array(select s.hash from client_secret s where s.principal_id = p.id) as hashes
   from principal p where p.issuer = $1 and p.subject = $2`,
)
const byHash = statement(
  'client-by-hash',
  `select ${columns}, array[s.hash] as hashes from client_secret s join principal p on p.id = s.principal_id where s.hash = $1`,
)
const list = statement(
  'client-secrets',
  `select slot, created_at as "createdAt" from client_secret where principal_id = $1 order by created_at, slot`,
)
const insert = statement(
  'client-secret-insert',
  `insert into client_secret (principal_id, slot, hash)
   select $1, free.slot, $2
   from (select v.slot from (values (1::smallint), (2::smallint)) v(slot)
         where not exists (select from client_secret s where s.principal_id = $1 and s.slot = v.slot)
         order by v.slot limit 1) free
   returning slot, created_at as "createdAt"`,
)
const dropOld = statement(
  'client-secret-drop-old',
  `delete from client_secret where principal_id = $1 and (created_at, slot) < (
     select s.created_at, s.slot from client_secret s where s.principal_id = $1 order by s.created_at desc, s.slot desc limit 1)
   returning slot`,
)
const dropAll = statement('client-secret-drop-all', `delete from client_secret where principal_id = $1`)

export async function findClient(sql: Queryable, issuer: string, subject: string): Promise<ClientRow | null> {
  return (await sql.run<ClientRow>(bySubject, [issuer, subject]))[0] ?? null
}

export async function findClientBySecret(sql: Queryable, hash: Uint8Array): Promise<ClientRow | null> {
  return (await sql.run<ClientRow>(byHash, [hash]))[0] ?? null
}

/** Returns the secrets of a client, the oldest first. */
export function listSecrets(sql: Queryable, principalId: string): Promise<SecretRow[]> {
  return sql.run<SecretRow>(list, [principalId])
}

/** Adds a secret to a client. Returns null when the client already has two secrets. */
export async function insertSecret(
  tx: Queryable,
  principalId: string,
  hash: Uint8Array,
): Promise<SecretRow | null> {
  return (await tx.run<SecretRow>(insert, [principalId, hash]))[0] ?? null
}

/** Deletes all secrets of a client except the newest. Returns false when the client had at most one secret. */
export async function dropOldSecrets(tx: Queryable, principalId: string): Promise<boolean> {
  return (await tx.run(dropOld, [principalId])).length > 0
}

export async function dropAllSecrets(tx: Queryable, principalId: string): Promise<void> {
  await tx.run(dropAll, [principalId])
}
