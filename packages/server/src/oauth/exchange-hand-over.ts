import type { ProvenIdentity } from '../proven-identity.ts'
import { admits } from '../access/subject-rules.ts'
import { type EngineRow, findEngine } from '../directory/engines.ts'
import { refuseStatement, refuseStopped, requireCurrent } from './issue.ts'
import { invalidGrant } from './token-errors.ts'
import type { TokenDeps } from './token-deps.ts'

/**
 * Refuses a session that another engine obtained, and that this engine presents as its subject token, when
 * the other engine is no longer allowed to act for the user.
 *
 * @throws HeadgateError `invalid-grant`
 */
export async function refuseLapsed(
  deps: TokenDeps,
  engine: EngineRow,
  session: ProvenIdentity,
): Promise<void> {
  const [acting] = session.actors
  if (acting === undefined || acting.id === engine.id) {
    refuseStopped(engine, acting === undefined ? Infinity : (session.issuedAt ?? 0))
    return
  }
  const before = await findEngine(deps.sql, acting.id)
  const subject = await requireCurrent(deps, {
    principalId: session.principal.id,
    shownAt: session.issuedAt ?? 0,
  })
  if (before === null || !admits(before.subjects, subject))
    throw invalidGrant(
      `The engine ${acting.name} of the subject token may no longer act for its user: let the user sign in again.`,
    )
  refuseStopped(before, session.issuedAt ?? 0)
  refuseStatement(before, subject, session.obtainedBy ?? session.method)
}
