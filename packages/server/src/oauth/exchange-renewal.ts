import type { Identity } from '../identity/identity.ts'
import { findEngine } from '../store/engines.ts'
import type { Granted } from './grant.ts'
import { issueFor, principalOf, type ProvenSubject, refuseStopped, standing } from './issue.ts'
import { invalidGrant } from './token-errors.ts'
import type { TokenParts } from './token-parts.ts'

/**
 * A further token for the session of a live one: who it is never changes, and the session ends when it was to end.
 *
 * @throws HeadgateError `invalid-grant`
 */
export async function renewOwn(parts: TokenParts, session: Identity, scope: string): Promise<Granted> {
  const { issuedAt: shownAt = 0 } = session
  const end = endOf(session)
  const subject = await standing(parts, { principalId: session.principal.id, shownAt })
  const now = parts.now()
  if (end <= now)
    throw invalidGrant('The session is over: authenticate with client_id and client_secret for a new one.')
  const identity: Identity = { ...session, principal: principalOf(subject), expiresAt: null, issuedAt: now }
  const token = await parts.sessions.mint({ identity, clientId: subject.subject, scope })
  return { identity, token, scope }
}

/** The same for a user behind an engine: the engine and its entry are looked at again as well. */
export async function renewUser(parts: TokenParts, session: Identity, scope: string): Promise<Granted> {
  const [acting] = session.actors
  const engine = acting === undefined ? null : await findEngine(parts.sql, acting.id)
  if (engine === null)
    throw invalidGrant(`The engine ${acting?.name ?? ''} that acts for the user is not registered any more.`)
  refuseStopped(engine, session.issuedAt ?? 0)
  return issueFor(parts, engine, shownBySession(session), scope)
}

/** What a live session of ours shows about its user. */
export function shownBySession(session: Identity): ProvenSubject {
  const { principal, actors, obtainedBy = session.method, issuedAt = 0, authTime = issuedAt } = session
  return {
    principalId: principal.id,
    obtainedBy,
    authTime,
    shownAt: issuedAt,
    sessionEndsAt: endOf(session),
    actors,
    queryId: session.queryId ?? null,
  }
}

function endOf({ sessionEndsAt }: Identity): number {
  if (sessionEndsAt === undefined) throw invalidGrant('This token is of a session that cannot be renewed.')
  return sessionEndsAt
}
