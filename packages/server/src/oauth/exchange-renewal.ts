import type { ProvenIdentity } from '../proven-identity.ts'
import { findEngine } from '../directory/engines.ts'
import type { Granted } from './grant.ts'
import { issueFor, principalOf, type ProvenSubject, refuseStopped, standing } from './issue.ts'
import { invalidGrant } from './token-errors.ts'
import type { TokenDeps } from './token-deps.ts'

/**
 * Mints a further token for a running session. The identity never changes, and neither does the end of the session.
 *
 * @throws HeadgateError `invalid-grant`
 */
export async function renewOwn(deps: TokenDeps, session: ProvenIdentity, scope: string): Promise<Granted> {
  const { issuedAt: shownAt = 0 } = session
  const end = endOf(session)
  const subject = await standing(deps, { principalId: session.principal.id, shownAt })
  const now = deps.now()
  if (end <= now)
    throw invalidGrant(
      'The session has ended: authenticate with client_id and client_secret to start a new one.',
    )
  const identity: ProvenIdentity = {
    ...session,
    principal: principalOf(subject),
    expiresAt: null,
    issuedAt: now,
  }
  const token = await deps.sessions.mint({ identity, clientId: subject.subject, scope })
  return { identity, token, scope }
}

/** Renews the session of a user behind an engine, after checking the engine and its entry again. */
export async function renewUser(deps: TokenDeps, session: ProvenIdentity, scope: string): Promise<Granted> {
  const [acting] = session.actors
  const engine = acting === undefined ? null : await findEngine(deps.sql, acting.id)
  if (engine === null)
    throw invalidGrant(`The engine ${acting?.name ?? ''} that acts for the user is not registered any more.`)
  refuseStopped(engine, session.issuedAt ?? 0)
  return issueFor(deps, engine, shownBySession(session), scope)
}

/** Returns the proof about the user that a running session of this server contains. */
export function shownBySession(session: ProvenIdentity): ProvenSubject {
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

function endOf({ sessionEndsAt }: ProvenIdentity): number {
  if (sessionEndsAt === undefined)
    throw invalidGrant('The session of this token cannot be renewed: authenticate again.')
  return sessionEndsAt
}
