import type { ProvenIdentity, Principal, Proof } from '../proven-identity.ts'
import { isStated } from '../proven-identity.ts'
import { admits } from '../access/subject-rules.ts'
import { maxActors } from '../sessions/session-claims.ts'
import { type EngineRow, findEngine } from '../directory/engines.ts'
import { findSubject, type SubjectRow } from '../directory/subjects.ts'
import type { Granted } from './grant.ts'
import { invalidGrant } from './token-errors.ts'
import type { TokenDeps } from './token-deps.ts'

/** A user whose presence an engine has proven or stated. */
export interface ProvenSubject {
  /** Id in the database. */
  readonly principalId: string
  readonly obtainedBy: Proof
  /** Time of the last proof of the user, in epoch ms; the age of the session counts from it. */
  readonly authTime: number
  /** Time at which the presented proof was issued, in epoch ms; a revocation covers older proofs. */
  readonly shownAt: number
  /** Expiry of the presented proof, in epoch ms; the token expires with it. */
  readonly notAfter?: number
  /** End of the session that is continued, in epoch ms. */
  readonly sessionEndsAt?: number
  /** Engines that acted before, the outermost first. */
  readonly actors: readonly Principal[]
  readonly queryId: string | null
}

/**
 * Mints the token of a user behind an engine. Checks everything that can have changed since the last token, for new
 * sessions and renewals alike: the user, the engine, its entry, the ages.
 *
 * @throws HeadgateError `invalid-grant`
 */
export async function issueFor(
  deps: TokenDeps,
  engine: EngineRow,
  shown: ProvenSubject,
  scope: string,
): Promise<Granted> {
  const subject = await standing(deps, shown)
  refuseOutside(engine, subject, shown.obtainedBy)
  await refuseLapsedStatement(deps, engine, subject, shown)
  const now = deps.now()
  const bySettings = shown.authTime + engine.sessionSeconds * 1000
  const sessionEndsAt = Math.min(bySettings, shown.sessionEndsAt ?? Infinity)
  if (sessionEndsAt <= now) {
    throw invalidGrant(
      `The last proof of the user is older than sessions of the engine ${engine.name} may last (${engine.sessionSeconds} s): let the user sign in again.`,
    )
  }
  const { notAfter } = shown
  // The verification tolerates a clock difference, so the token can have expired by the clock of this server.
  if (notAfter !== undefined && notAfter <= now)
    throw invalidGrant('The subject token has expired.', 'expired')
  const acting = principalOf(engine)
  const before = shown.actors[0]?.id === engine.id ? shown.actors.slice(1) : shown.actors
  const actors = [acting, ...before]
  if (actors.length > maxActors)
    throw invalidGrant(
      `The subject token has passed through more than ${maxActors} engines: exchange it fewer times.`,
    )
  const identity: ProvenIdentity = {
    principal: principalOf(subject),
    actors,
    method: 'session-token',
    obtainedBy: shown.obtainedBy,
    expiresAt: null,
    issuedAt: now,
    authTime: shown.authTime,
    sessionEndsAt,
    ...(shown.queryId === null ? {} : { queryId: shown.queryId }),
  }
  const ending = notAfter === undefined ? {} : { notAfter }
  const clientId = engine.subject
  const ttlSeconds = engine.tokenSeconds
  const token = await deps.sessions.mint({ identity, clientId, scope, ttlSeconds, ...ending })
  return { identity, token, scope }
}

/** Reads the current row of the user. */
export async function standing(
  { sql, groupAges }: TokenDeps,
  { principalId, shownAt }: Pick<ProvenSubject, 'principalId' | 'shownAt'>,
): Promise<SubjectRow> {
  const subject = await findSubject(sql, principalId, groupAges)
  if (subject === null || !subject.enabled)
    throw invalidGrant(
      'The user of the subject token is disabled or was removed.',
      'subject disabled or gone',
    )
  if (shownAt <= subject.notBefore)
    throw invalidGrant(
      'The sessions of the user were revoked after the subject token was issued: sign in again.',
    )
  return subject
}

/** Refuses a disabled engine, and a proof that is older than the engine's last revocation. */
export function refuseStopped(engine: EngineRow, shownAt: number): void {
  if (!engine.enabled) throw invalidGrant(`The engine ${engine.name} is disabled.`)
  if (shownAt <= engine.notBefore)
    throw invalidGrant(
      `The sessions of the engine ${engine.name} were revoked after the token was issued: exchange a new token of the user.`,
    )
}

function refuseOutside(engine: EngineRow, subject: SubjectRow, obtainedBy: Proof): void {
  if (subject.isEngine) {
    throw invalidGrant(`The subject ${subject.name} is an engine: exchange the token of a user.`)
  }
  if (!admits(engine.subjects, subject)) {
    throw invalidGrant(
      `The entry of the engine ${engine.name} does not allow it to act for this user. Add a rule: headgate engine set ${engine.name} --subject …`,
      'no subject rule matches',
    )
  }
  refuseStatement(engine, subject, obtainedBy)
}

/**
 * Refuses a user that another engine has stated, when that engine may not state users any more: the session has no other
 * proof of the user.
 */
async function refuseLapsedStatement(
  { sql }: TokenDeps,
  { id }: EngineRow,
  subject: SubjectRow,
  { obtainedBy, actors, shownAt }: ProvenSubject,
): Promise<void> {
  const stating = actors.at(-1)
  if (!isStated(obtainedBy) || stating === undefined || stating.id === id) return
  const engine = await findEngine(sql, stating.id)
  if (engine === null || !admits(engine.subjects, subject))
    throw invalidGrant(
      `The engine ${stating.name} stated this user without proof and may not do so any more: let the user sign in again.`,
      'statement lapsed',
    )
  refuseStopped(engine, shownAt)
  refuseStatement(engine, subject, obtainedBy)
}

/** Refuses a user that was only stated, when the engine's entry does not allow that. */
export function refuseStatement(engine: EngineRow, subject: SubjectRow, obtainedBy: Proof): void {
  if (isStated(obtainedBy) && !mayState(engine, subject, obtainedBy)) {
    throw invalidGrant(
      `The user was stated without proof, and the entry of the engine ${engine.name} does not allow it to state users of ${subject.issuer} in this way: let the user sign in.`,
      `no ${obtainedBy} allowed`,
    )
  }
  if (isStated(obtainedBy) && subject.administers && !engine.namesAdministrators) {
    throw invalidGrant(
      `The user administers the server, and the engine ${engine.name} may not state administrators: let the user sign in.`,
      'administrator stated by an engine',
    )
  }
}

/**
 * Checks the age also of sessions that continue, and of sessions that another engine started, so that the narrow limits of
 * one engine cannot be widened by exchanging its token at another.
 */
function mayState(
  { namesIssuer, assertions, unsignedSubjects }: EngineRow,
  { issuer }: SubjectRow,
  proof: Proof,
): boolean {
  return namesIssuer === issuer && (proof === 'assertion' ? assertions : unsignedSubjects)
}

export function principalOf({ id, issuer, subject, name }: Principal): Principal {
  return { id, issuer, subject, name }
}
