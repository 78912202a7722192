import type { ProvenIdentity } from '../proven-identity.ts'
import { findEngine } from '../directory/engines.ts'
import type { Granted } from './grant.ts'
import { issueFor, toPrincipal, type ProvenSubject, checkEngine, requireActiveSubject } from './issue.ts'
import { invalidGrant } from './token-errors.ts'
import type { TokenDeps } from './token-deps.ts'

/**
 * Mints a new token for a client's own session that has not ended. The new token has the same identity and
 * the same end of the session.
 *
 * @throws HeadgateError `invalid-grant`
 */
export async function renewClientSession(
  deps: TokenDeps,
  session: ProvenIdentity,
  scope: string,
): Promise<Granted> {
  const { issuedAt = 0 } = session
  const end = requireSessionEnd(session)
  const subject = await requireActiveSubject(deps, { principalId: session.principal.id, issuedAt })
  const now = deps.now()
  if (end <= now)
    throw invalidGrant(
      'The session has ended: authenticate with client_id and client_secret to start a new one.',
    )
  const identity: ProvenIdentity = {
    ...session,
    principal: toPrincipal(subject),
    expiresAt: null,
    issuedAt: now,
  }
  const token = await deps.sessions.mint({ identity, clientId: subject.subject, scope })
  return { identity, token, scope }
}

/**
 * Mints a new token for the session of a user for whom an engine acts, after checking again that the engine
 * entry allows this.
 */
export async function renewUserSession(
  deps: TokenDeps,
  session: ProvenIdentity,
  scope: string,
): Promise<Granted> {
  const [acting] = session.actors
  const engine = acting === undefined ? null : await findEngine(deps.sql, acting.id)
  if (engine === null)
    throw invalidGrant(
      `The engine ${acting?.name ?? ''} that acts for the user is not registered any more: let the user sign in again.`,
    )
  checkEngine(engine, session.issuedAt ?? 0)
  return issueFor(deps, engine, toProvenSubject(session), scope)
}

/**
 * Returns the facts about the user that a session token of this server proves: the principal, the time of the
 * last sign-in and the actors.
 */
export function toProvenSubject(session: ProvenIdentity): ProvenSubject {
  const { principal, actors, obtainedBy = session.method, issuedAt = 0, authTime = issuedAt } = session
  return {
    principalId: principal.id,
    obtainedBy,
    authTime,
    issuedAt,
    sessionEndsAt: requireSessionEnd(session),
    actors,
    queryId: session.queryId ?? null,
  }
}

function requireSessionEnd({ sessionEndsAt }: ProvenIdentity): number {
  if (sessionEndsAt === undefined)
    throw invalidGrant('The session of this token cannot be renewed: authenticate again.')
  return sessionEndsAt
}
