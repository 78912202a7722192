import type { Identity } from '../identity/identity.ts'
import { admits } from '../identity/subject-rules.ts'
import { type EngineRow, findEngine } from '../store/engines.ts'
import { refuseStatement, refuseStopped, standing } from './issue.ts'
import { invalidGrant } from './token-errors.ts'
import type { TokenParts } from './token-parts.ts'

/**
 * A session that an engine shows may be one that another engine got: it must still hold for that one, or it is worth
 * nothing here either.
 *
 * @throws HeadgateError `invalid-grant`
 */
export async function refuseLapsed(parts: TokenParts, engine: EngineRow, session: Identity): Promise<void> {
  const [acting] = session.actors
  if (acting === undefined || acting.id === engine.id) {
    refuseStopped(engine, acting === undefined ? Infinity : (session.issuedAt ?? 0))
    return
  }
  const before = await findEngine(parts.sql, acting.id)
  const subject = await standing(parts, { principalId: session.principal.id, shownAt: session.issuedAt ?? 0 })
  if (before === null || !admits(before.subjects, subject))
    throw invalidGrant(`The engine ${acting.name} of the subject token does not act for its user any more.`)
  refuseStopped(before, session.issuedAt ?? 0)
  refuseStatement(before, subject, session.obtainedBy ?? session.method)
}
