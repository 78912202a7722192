import type { IssuerSession } from './issuer-sessions.ts'
import type { PrincipalRow } from './principals.ts'
import { type Queryable, statement } from './sql.ts'

/** Session of the web console. Times are epoch ms. */
export interface ConsoleSessionRow {
  readonly id: string
  readonly obtained: string
  readonly startedAt: number
  readonly seenAt: number
  readonly endsAt: number
  readonly address: string
  readonly userAgent: string
}

type NamedPrincipal = Pick<PrincipalRow, 'issuer' | 'subject' | 'name'>

/** Session of the web console, with the principal that is signed in. */
export interface PrincipalSessionRow extends ConsoleSessionRow, NamedPrincipal {
  readonly principalId: string
}

/** Session of a request. */
export interface UsedSessionRow extends PrincipalSessionRow {
  /** Whether the session must be renewed at its issuer before it is used. */
  readonly isCheckDue: boolean
}

export interface NewConsoleSession {
  readonly id: string
  /** SHA-256 of the secret in the session cookie. */
  readonly hash: Uint8Array
  readonly principalId: string
  readonly obtained: string
  readonly seconds: number
  readonly address: string
  readonly userAgent: string
  /** Sign-in at an issuer. Null: the session has none. */
  readonly atIssuer: IssuerSession | null
}

const columns = `s.id, s.principal_id as "principalId", p.issuer, p.subject, p.name, s.obtained,
  s.started_at as "startedAt", s.seen_at as "seenAt", s.ends_at as "endsAt", s.address, s.user_agent as "userAgent"`

const isLive = (idle: number): string =>
  `s.ends_at > now() and s.seen_at > now() - make_interval(secs => $${idle}) and p.enabled and s.started_at > p.not_before`

const insert = statement(
  'console-session-insert',
  `insert into console_session (id, hash, principal_id, obtained, ends_at, address, user_agent, issuer, sid, tokens,
     check_at, token_ends_at)
   values ($1, $2, $3, $4, now() + make_interval(secs => $5), $6, $7, $8, $9, $10,
     to_timestamp($11::float8 / 1000), to_timestamp($12::float8 / 1000)) returning ends_at as "endsAt"`,
)
const use = statement(
  'console-session-use',
  `with found as (
     select ${columns}, coalesce(s.check_at <= now(), false) as "isCheckDue"
     from console_session s join principal p on p.id = s.principal_id
     where s.hash = $1 and ${isLive(2)}),
   touched as (
     update console_session set seen_at = now()
     where id = (select id from found) and seen_at < now() - interval '1 minute')
   select * from found`,
)
const page = statement(
  'console-session-page',
  `select ${columns} from console_session s join principal p on p.id = s.principal_id
   where ${isLive(1)} and ($2::uuid is null or s.principal_id = $2)
     and ($3::float8 is null or (s.started_at, s.id) < (to_timestamp($3 / 1000), $4::uuid))
   order by s.started_at desc, s.id desc limit $5`,
)
const remove = statement(
  'console-session-delete',
  `delete from console_session where id = $1 and ($2::uuid is null or principal_id = $2) returning id`,
)
const removeByHash = statement(
  'console-session-delete-hash',
  `delete from console_session where hash = $1 returning issuer, tokens`,
)
const forget = statement(
  'console-session-forget',
  `with codes as (delete from console_code where ends_at < now())
   delete from console_session where ctid = any(array(
     select s.ctid from console_session s
     where s.ends_at < now() or s.seen_at < now() - make_interval(secs => $1) limit $2)) returning id`,
)
const insertCode = statement(
  'console-code-insert',
  `insert into console_code (hash, principal_id, obtained, ends_at)
   values ($1, $2, $3, now() + make_interval(secs => $4)) returning ends_at as "endsAt"`,
)
const takeCode = statement(
  'console-code-take',
  `with taken as (delete from console_code where hash = $1 returning principal_id, obtained, ends_at)
   select p.id, p.issuer, p.subject, p.name, t.obtained from taken t join principal p on p.id = t.principal_id
   where t.ends_at > now() and p.enabled`,
)

/** Creates a session of the web console. Returns its end in epoch ms. */
export async function insertConsoleSession(sql: Queryable, session: NewConsoleSession): Promise<number> {
  const { id, hash, principalId, obtained, seconds, address, userAgent, atIssuer } = session
  const { issuer = null, sid = null, tokens = null, checkAt = null, tokenEndsAt = null } = atIssuer ?? {}
  const own = [id, hash, principalId, obtained, seconds, address, userAgent]
  const values = [...own, issuer, sid, tokens, checkAt, tokenEndsAt]
  const [row] = await sql.run<{ endsAt: number }>(insert, values)
  return row?.endsAt ?? 0
}

/**
 * Returns the session that a cookie identifies, and records that the session was used. Returns null when the
 * session has ended or its principal is disabled.
 *
 * @param idleSeconds time without requests after which a session ends
 */
export async function useConsoleSession(
  sql: Queryable,
  hash: Uint8Array,
  idleSeconds: number,
): Promise<UsedSessionRow | null> {
  return (await sql.run<UsedSessionRow>(use, [hash, idleSeconds]))[0] ?? null
}

export interface SessionPage {
  readonly idleSeconds: number
  /** Principal whose sessions are listed. Null for the sessions of all principals. */
  readonly principalId: string | null
  /**
   * Position after which the page begins: start (epoch ms) and id of the last session on the previous page.
   * Null for the first page.
   */
  readonly after: readonly [number, string] | null
  readonly limit: number
}

/** Returns a page of the web console's sessions that have not ended, the newest first. */
export function listConsoleSessions(
  sql: Queryable,
  { idleSeconds, principalId, after, limit }: SessionPage,
): Promise<PrincipalSessionRow[]> {
  const [startedAt = null, id = null] = after ?? []
  return sql.run<PrincipalSessionRow>(page, [idleSeconds, principalId, startedAt, id, limit])
}

/**
 * Ends a session of the web console. Returns false when the session does not exist.
 *
 * @param principalId principal that the session must belong to. Null for any principal
 */
export async function deleteConsoleSession(
  sql: Queryable,
  id: string,
  principalId: string | null,
): Promise<boolean> {
  return (await sql.run(remove, [id, principalId])).length > 0
}

/** Ends the session of a cookie. Returns its sign-in at an issuer, or null when no such session exists. */
export async function deleteConsoleSessionByHash(
  sql: Queryable,
  hash: Uint8Array,
): Promise<{ readonly issuer: string | null; readonly tokens: string | null } | null> {
  const [row] = await sql.run<{ issuer: string | null; tokens: string | null }>(removeByHash, [hash])
  return row ?? null
}

/**
 * Deletes expired sign-in codes, and up to `limit` sessions that have ended. Returns the number of deleted
 * sessions.
 */
export async function forgetConsoleSessions(
  sql: Queryable,
  idleSeconds: number,
  limit: number,
): Promise<number> {
  return (await sql.run(forget, [idleSeconds, limit])).length
}

/**
 * Stores a single-use code with which a principal can open a session of the web console. Returns the expiry
 * of the code in epoch ms.
 */
export async function insertConsoleCode(
  sql: Queryable,
  code: Pick<NewConsoleSession, 'hash' | 'principalId' | 'obtained' | 'seconds'>,
): Promise<number> {
  const { hash, principalId, obtained, seconds } = code
  const [row] = await sql.run<{ endsAt: number }>(insertCode, [hash, principalId, obtained, seconds])
  return row?.endsAt ?? 0
}

/**
 * Deletes a single-use sign-in code and returns its principal. Returns null when the code is unknown, expired
 * or already used.
 */
export async function takeConsoleCode(
  sql: Queryable,
  hash: Uint8Array,
): Promise<(NamedPrincipal & { readonly id: string; readonly obtained: string }) | null> {
  const [row] = await sql.run<NamedPrincipal & { id: string; obtained: string }>(takeCode, [hash])
  return row ?? null
}
