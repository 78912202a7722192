import type { Identity } from '../identity/identity.ts'
import { admits } from '../identity/subject-rules.ts'
import { type EngineRow, findEngine } from '../store/engines.ts'
import type { SubjectRow } from '../store/subjects.ts'
import { isStated, refuseStopped, standing } from './issue.ts'
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
  if (isStated(session.obtainedBy ?? session.method)) refuseHearsay(engine, before, subject)
}

/**
 * A name that an engine stated is data of that engine. Another one takes it on only if it could have stated it itself: else
 * the narrow limits of the one would be worth as much as the wide ones of the other.
 */
function refuseHearsay(engine: EngineRow, before: EngineRow, { issuer, administers }: SubjectRow): void {
  if (administers && !before.namesAdministrators) {
    throw invalidGrant(
      `The user administers the server, and the engine ${before.name} may not name administrators: let the user prove themselves.`,
      'administrator named by an engine',
    )
  }
  if (engine.namesIssuer === issuer && (engine.unsignedSubjects || engine.assertions)) return
  throw invalidGrant(
    `The engine ${before.name} named the user, who proved nothing, and the entry of the engine ${engine.name} does not let it name users of ${issuer}: let the user prove themselves.`,
    'named by another engine',
  )
}
