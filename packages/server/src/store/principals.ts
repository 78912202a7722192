import { type Queryable, statement } from './sql.ts'

/** Issuer of the principals that Headgate itself authenticates. */
export const ownIssuer = 'headgate'

/** Row of a principal. Times are epoch ms. */
export interface PrincipalRow {
  readonly id: string
  readonly issuer: string
  readonly subject: string
  readonly name: string
  readonly kind: 'service' | 'user'
  readonly enabled: boolean
  /** Time of the last revocation of sessions in epoch ms. Tokens that were issued at or before this time are revoked. */
  readonly notBefore: number
  readonly createdAt: number
}

const columns = `p.id, p.issuer, p.subject, p.name, p.kind, p.enabled, p.not_before as "notBefore", p.created_at as "createdAt"`

const insert = statement(
  'principal-insert',
  `insert into principal as p (id, issuer, subject, name, kind) values ($1, $2, $3, $4, $5)
   on conflict (issuer, subject) do nothing returning ${columns}`,
)
const byId = statement('principal-by-id', `select ${columns} from principal p where p.id = $1`)
const bySubject = statement(
  'principal-by-subject',
  `select ${columns} from principal p where p.issuer = $1 and p.subject = $2`,
)
const ofIssuer = statement(
  'principal-of-issuer',
  'select exists (select from principal where issuer = $1) as known',
)
const page = statement(
  'principal-page',
  `select ${columns} from principal p
   where ($1::text is null or (p.name, p.id) > ($1, $2::uuid)) and ($3::text is null or p.name = $3)
   order by p.name, p.id limit $4`,
)
const enable = statement(
  'principal-enable',
  `update principal p set enabled = $2 where p.id = $1 returning ${columns}`,
)
const stopSessions = statement(
  'principal-stop-sessions',
  // Uses the later time of the database clock and the server clock, so that the revocation includes tokens from a
  // server whose clock is ahead.
  `update principal p set not_before = greatest(p.not_before, clock_timestamp(), to_timestamp($2::float8 / 1000))
   where p.id = $1 returning ${columns}`,
)
const remove = statement(
  'principal-delete',
  `with removed as (delete from principal where id = $1 returning id),
   memberships as (delete from role_member where member_id = $1 and member_kind = 'principal'),
   grants as (delete from grant_entry where grantee_id = $1 and grantee_kind = 'principal')
   select id from removed`,
)

/** Creates a principal. Returns null when another principal has this issuer and subject. */
export async function insertPrincipal(
  tx: Queryable,
  principal: Pick<PrincipalRow, 'id' | 'issuer' | 'subject' | 'name' | 'kind'>,
): Promise<PrincipalRow | null> {
  const { id, issuer, subject, name, kind } = principal
  return (await tx.run<PrincipalRow>(insert, [id, issuer, subject, name, kind]))[0] ?? null
}

export async function findPrincipal(sql: Queryable, id: string): Promise<PrincipalRow | null> {
  return (await sql.run<PrincipalRow>(byId, [id]))[0] ?? null
}

export async function findPrincipalBySubject(
  sql: Queryable,
  issuer: string,
  subject: string,
): Promise<PrincipalRow | null> {
  return (await sql.run<PrincipalRow>(bySubject, [issuer, subject]))[0] ?? null
}

/** Returns whether a principal of this issuer exists. */
export async function hasPrincipals(sql: Queryable, issuer: string): Promise<boolean> {
  return (await sql.run<{ known: boolean }>(ofIssuer, [issuer]))[0]?.known === true
}

export interface PrincipalPage {
  /** Last principal of the previous page, or null for the first page. */
  readonly after: { readonly name: string; readonly id: string } | null
  /** Returns only principals with exactly this name. Null for all names. */
  readonly name: string | null
  readonly limit: number
}

/** Returns principals in byte order of their names. */
export function listPrincipals(
  sql: Queryable,
  { after, name, limit }: PrincipalPage,
): Promise<PrincipalRow[]> {
  return sql.run<PrincipalRow>(page, [after?.name ?? null, after?.id ?? null, name, limit])
}

export async function setPrincipalEnabled(
  tx: Queryable,
  id: string,
  enabled: boolean,
): Promise<PrincipalRow | null> {
  return (await tx.run<PrincipalRow>(enable, [id, enabled]))[0] ?? null
}

/**
 * Revokes all existing sessions of a principal. Returns null when the principal does not exist.
 *
 * @param now local clock, epoch ms
 */
export async function stopPrincipalSessions(
  tx: Queryable,
  id: string,
  now: number,
): Promise<PrincipalRow | null> {
  return (await tx.run<PrincipalRow>(stopSessions, [id, now]))[0] ?? null
}

/**
 * Deletes a principal with its secrets, memberships and grants. Returns false when the principal does not
 * exist. Objects that it owned remain and have no owner.
 */
export async function deletePrincipal(tx: Queryable, id: string): Promise<boolean> {
  return (await tx.run(remove, [id])).length > 0
}
