import type { ProvenIdentity } from '../proven-identity.ts'
import { admits } from '../access/subject-rules.ts'
import { type EngineRow, findEngine } from '../directory/engines.ts'
import { checkStatement, checkEngine, requireActiveSubject } from './issue.ts'
import { invalidGrant } from './token-errors.ts'
import type { TokenDeps } from './token-deps.ts'

/**
 * Refuses a session that another engine obtained, and that this engine presents as its subject token, when
 * the other engine is no longer allowed to act for the user.
 *
 * @throws HeadgateError `invalid-grant`
 */
export async function checkActingEngine(
  deps: TokenDeps,
  engine: EngineRow,
  session: ProvenIdentity,
): Promise<void> {
  const [acting] = session.actors
  if (acting === undefined || acting.id === engine.id) {
    checkEngine(engine, acting === undefined ? Infinity : (session.issuedAt ?? 0))
    return
  }
  const before = await findEngine(deps.sql, acting.id)
  const subject = await requireActiveSubject(deps, {
    principalId: session.principal.id,
    issuedAt: session.issuedAt ?? 0,
  })
  if (before === null || !admits(before.subjects, subject))
    throw invalidGrant(
      `The engine ${acting.name} of the subject token may no longer act for its user: let the user sign in again.`,
    )
  checkEngine(before, session.issuedAt ?? 0)
  checkStatement(before, subject, session.obtainedBy ?? session.method)
}
