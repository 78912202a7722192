import { hash, randomBytes, randomUUID } from 'node:crypto'
import {
  deleteConsoleSession,
  deleteConsoleSessionByHash,
  forgetConsoleSessions,
  insertConsoleCode,
  insertConsoleSession,
  listConsoleSessions,
  type NewConsoleSession,
  type PrincipalSessionRow,
  takeConsoleCode,
  type UsedSessionRow,
  useConsoleSession,
} from '../store/console-sessions.ts'
import type { Queryable } from '../store/sql.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { type KeptTokens, openTokens } from './issuer-tokens.ts'
import type { SessionRenewal } from './session-renewal.ts'
import { type ProvenIdentity, type Proof, proofs, provenBy } from '../proven-identity.ts'

export type { PrincipalSessionRow } from '../store/console-sessions.ts'

/** Time in seconds without requests after which a session of the web console ends. */
const idleSeconds = 8 * 3_600
/** Maximum duration of a session of the web console in seconds. */
export const sessionSeconds: number = 24 * 3_600
const codeSeconds = 60
/** Pattern of a session secret and of a sign-in code: 256 bits in base64url. */
const secretPattern = /^[\w-]{43}$/

/** Browser that opens a session, for the list of sessions. */
export interface Browser {
  readonly address: string
  readonly userAgent: string
}

/**
 * Opens a session of the web console for an authenticated principal. Returns the secret of the session, which only the
 * cookie of the browser contains: the database has its digest.
 */
export async function openConsoleSession(
  sql: Queryable,
  { principal, obtainedBy }: { readonly principal: { readonly id: string }; readonly obtainedBy: Proof },
  { address, userAgent }: Browser,
  atIssuer: NewConsoleSession['atIssuer'] = null,
): Promise<{ readonly secret: string; readonly endsAt: number }> {
  const secret = randomBytes(32).toString('base64url')
  const endsAt = await insertConsoleSession(sql, {
    id: randomUUID(),
    hash: digest(secret),
    principalId: principal.id,
    obtained: obtainedBy,
    seconds: sessionSeconds,
    address,
    userAgent: userAgent.slice(0, 512),
    atIssuer,
  })
  return { secret, endsAt }
}

/**
 * Returns the identity of a session, or null when it has ended.
 *
 * @param renewal renews the sessions of users that signed in at an issuer
 */
export async function findConsoleIdentity(
  sql: Queryable,
  secret: string,
  renewal: SessionRenewal | null,
): Promise<ProvenIdentity | null> {
  if (!secretPattern.test(secret)) return null
  const row = await useConsoleSession(sql, digest(secret), idleSeconds)
  if (row === null || !row.isCheckDue) return row === null ? null : toIdentity(row)
  return (await renewal?.renew(row)) === true ? toIdentity(row) : null
}

function toIdentity(row: UsedSessionRow): ProvenIdentity | null {
  const obtainedBy = proofs.find((proof) => proof === row.obtained)
  if (obtainedBy === undefined) return null
  const { principalId, issuer, subject, name, startedAt, endsAt } = row
  return {
    principal: { id: principalId, issuer, subject, name },
    actors: [],
    method: 'session-token',
    obtainedBy,
    expiresAt: endsAt,
    issuedAt: startedAt,
    authTime: startedAt,
  }
}

/** Ends the session of a cookie. Returns the issuer at which its user signed in, with the tokens, or null. */
export async function closeConsoleSession(
  sql: Queryable,
  ring: KeyRing,
  secret: string,
): Promise<{ readonly issuer: string; readonly tokens: KeptTokens } | null> {
  if (!secretPattern.test(secret)) return null
  const row = await deleteConsoleSessionByHash(sql, digest(secret))
  if (row === null || row.issuer === null || row.tokens === null) return null
  const tokens = openTokens(ring, row.tokens)
  return tokens === null ? null : { issuer: row.issuer, tokens }
}

/**
 * Ends a session by its id. Returns false when no such session exists.
 *
 * @param principalId null: a session of any principal
 */
export function endConsoleSession(sql: Queryable, id: string, principalId: string | null): Promise<boolean> {
  return deleteConsoleSession(sql, id, principalId)
}

/** Returns a page of the sessions that have not ended, the newest first. */
export function listSessions(
  sql: Queryable,
  page: {
    readonly principalId: string | null
    readonly after: readonly [number, string] | null
    readonly limit: number
  },
): Promise<PrincipalSessionRow[]> {
  return listConsoleSessions(sql, { idleSeconds, ...page })
}

/** Deletes up to `limit` sessions that have ended. Returns their number. */
export function forgetEndedSessions(sql: Queryable, limit: number): Promise<number> {
  return forgetConsoleSessions(sql, idleSeconds, limit)
}

/** Creates a code with which a browser can open one session of the caller within 60 s. */
export async function createConsoleCode(
  sql: Queryable,
  identity: ProvenIdentity,
): Promise<{ readonly code: string; readonly endsAt: number }> {
  const code = randomBytes(32).toString('base64url')
  const endsAt = await insertConsoleCode(sql, {
    hash: digest(code),
    principalId: identity.principal.id,
    obtained: provenBy(identity) ?? identity.method,
    seconds: codeSeconds,
  })
  return { code, endsAt }
}

/** Uses a code. Returns the identity of its creator, or null for an unknown, used or expired code. */
export async function redeemConsoleCode(sql: Queryable, code: string): Promise<ProvenIdentity | null> {
  if (!secretPattern.test(code)) return null
  const row = await takeConsoleCode(sql, digest(code))
  const method = proofs.find((proof) => proof === row?.obtained)
  if (row === null || method === undefined) return null
  const { id, issuer, subject, name } = row
  return { principal: { id, issuer, subject, name }, actors: [], method, expiresAt: null }
}

function digest(secret: string): Buffer {
  return hash('sha256', secret, 'buffer')
}
