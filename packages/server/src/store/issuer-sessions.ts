import type { PrincipalRow } from './principals.ts'
import { type Queryable, statement } from './sql.ts'

/** Sign-in of a console session at an issuer. Times are epoch ms. */
export interface IssuerSession {
  readonly issuer: string
  /** Id of the session at the issuer. Null: the issuer does not name it. */
  readonly sid: string | null
  /** Sealed tokens of the issuer. */
  readonly tokens: string
  readonly checkAt: number
  readonly tokenEndsAt: number
}

/**
 * Session whose check is due. `taken`: the caller renews it. `busy`: another request renews it. `renewed`: another request
 * has renewed it.
 */
export interface DueRenewal {
  readonly state: 'taken' | 'busy' | 'renewed'
  readonly issuer: string
  readonly tokens: string
  readonly isTokenLive: boolean
}

const take = statement(
  'issuer-session-take',
  `with taken as (
     update console_session set renewing_until = now() + make_interval(secs => $2)
     where id = $1 and check_at <= now() and (renewing_until is null or renewing_until <= now())
     returning tokens)
   select case when taken.tokens is not null then 'taken' when s.check_at > now() then 'renewed' else 'busy' end as state,
     s.issuer, coalesce(taken.tokens, s.tokens) as tokens, s.token_ends_at > now() as "isTokenLive"
   from console_session s left join taken on true where s.id = $1`,
)
const renew = statement(
  'issuer-session-renew',
  `update console_session set tokens = $2, check_at = to_timestamp($3::float8 / 1000),
     token_ends_at = to_timestamp($4::float8 / 1000), renewing_until = null
   where id = $1`,
)
const postpone = statement(
  'issuer-session-postpone',
  `update console_session set check_at = least(now() + make_interval(secs => $2), token_ends_at), renewing_until = null
   where id = $1`,
)
const removeBySid = statement(
  'issuer-session-delete-sid',
  `with ended as (delete from console_session where issuer = $1 and sid = $2 returning principal_id)
   select p.id, p.issuer, p.subject, p.name from principal p where p.id in (select principal_id from ended)`,
)

/**
 * Reserves the renewal of a session whose check is due. Returns null when the session has ended.
 *
 * @param seconds time after which another request may renew the session, if this one has not finished
 */
export async function takeRenewal(sql: Queryable, id: string, seconds: number): Promise<DueRenewal | null> {
  return (await sql.run<DueRenewal>(take, [id, seconds]))[0] ?? null
}

export async function storeRenewal(
  sql: Queryable,
  id: string,
  { tokens, checkAt, tokenEndsAt }: Pick<IssuerSession, 'tokens' | 'checkAt' | 'tokenEndsAt'>,
): Promise<void> {
  await sql.run(renew, [id, tokens, checkAt, tokenEndsAt])
}

/**
 * Ends a reserved renewal without a result. The session is checked again after some seconds, and at the latest when its
 * token ends.
 */
export async function postponeRenewal(sql: Queryable, id: string, seconds: number): Promise<void> {
  await sql.run(postpone, [id, seconds])
}

/** Ends the sessions that belong to a session at an issuer. Returns their principals. */
export function deleteSessionsOfIssuer(
  sql: Queryable,
  issuer: string,
  sid: string,
): Promise<Pick<PrincipalRow, 'id' | 'issuer' | 'subject' | 'name'>[]> {
  return sql.run(removeBySid, [issuer, sid])
}
