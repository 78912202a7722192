import type { PrincipalRow } from './principals.ts'
import { type Queryable, statement } from './sql.ts'

/** Link from a subject of another issuer to a client of Headgate. Tokens of this subject authenticate the client. */
export interface FederationRow {
  readonly issuer: string
  readonly subject: string
  /** Time of creation in epoch ms. */
  readonly createdAt: number
}

const client = statement(
  'client-of-federation',
  `select p.id, p.issuer, p.subject, p.name, p.enabled from client_federation f join principal p on p.id = f.principal_id
   where f.issuer = $1 and f.subject = $2`,
)
const list = statement(
  'client-federations',
  `select issuer, subject, created_at as "createdAt" from client_federation where principal_id = $1 order by issuer, subject`,
)
const insert = statement(
  'client-federation-insert',
  `insert into client_federation (principal_id, issuer, subject)
   select $1, $2, $3 where (select count(*) from client_federation where principal_id = $1) < $4
   on conflict do nothing returning issuer, subject, created_at as "createdAt"`,
)
const remove = statement(
  'client-federation-delete',
  `delete from client_federation where principal_id = $1 and issuer = $2 and subject = $3 returning issuer`,
)

/** Returns the client of Headgate that is linked to a subject of another issuer, or null. */
export async function findFederatedClient(
  sql: Queryable,
  issuer: string,
  subject: string,
): Promise<Pick<PrincipalRow, 'id' | 'issuer' | 'subject' | 'name' | 'enabled'> | null> {
  return (await sql.run<PrincipalRow>(client, [issuer, subject]))[0] ?? null
}

export function listFederations(sql: Queryable, principalId: string): Promise<FederationRow[]> {
  return sql.run<FederationRow>(list, [principalId])
}

/**
 * Links a subject of another issuer to a client. Returns null when the subject is already linked, or when the client
 * already has `most` links.
 */
export async function insertFederation(
  tx: Queryable,
  principalId: string,
  { issuer, subject }: Pick<FederationRow, 'issuer' | 'subject'>,
  most: number,
): Promise<FederationRow | null> {
  return (await tx.run<FederationRow>(insert, [principalId, issuer, subject, most]))[0] ?? null
}

/** Deletes the link from a subject of another issuer to a client. Returns false when the link does not exist. */
export async function deleteFederation(
  tx: Queryable,
  principalId: string,
  { issuer, subject }: Pick<FederationRow, 'issuer' | 'subject'>,
): Promise<boolean> {
  return (await tx.run(remove, [principalId, issuer, subject])).length > 0
}
