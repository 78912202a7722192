import type { ProvenIdentity, Principal, Proof } from '../proven-identity.ts'
import { isStated } from '../proven-identity.ts'
import { admits } from '../access/subject-rules.ts'
import { maxActors } from '../sessions/session-claims.ts'
import { type EngineRow, findEngine } from '../directory/engines.ts'
import { findSubject, type SubjectRow } from '../directory/subjects.ts'
import type { Granted } from './grant.ts'
import { invalidGrant } from './token-errors.ts'
import type { TokenDeps } from './token-deps.ts'

/**
 * A user for whom an engine requests a token, and the proof that the engine presented: a verified token or
 * assertion, or an unsigned statement.
 */
export interface ProvenSubject {
  /** Id of the user's principal in the database. */
  readonly principalId: string
  readonly obtainedBy: Proof
  /**
   * Time at which the user last signed in, in epoch ms. The maximum age of the session counts from this time.
   */
  readonly authTime: number
  /**
   * Time at which the presented token or assertion was issued, in epoch ms. A revocation invalidates tokens
   * that were issued before it.
   */
  readonly issuedAt: number
  /** Expiry of the presented token, in epoch ms. The new token expires no later. */
  readonly notAfter?: number
  /** End of the session that the new token continues, in epoch ms. Absent for a new session. */
  readonly sessionEndsAt?: number
  /** Engines that acted for the user in the presented token, from the most recent one to the first one. */
  readonly actors: readonly Principal[]
  readonly queryId: string | null
}

/** User of a subject token or of an assertion, and the engine that acts for this user. */
export interface EngineSubject {
  readonly engine: EngineRow
  readonly subject: ProvenSubject
}

/**
 * Mints the token of a user for whom an engine acts. For new sessions and for renewals, checks again
 * everything that can have changed since the previous token: the user, the engine, the engine entry and the
 * age of the session.
 *
 * @throws HeadgateError `invalid-grant`
 */
export async function issueFor(
  deps: TokenDeps,
  engine: EngineRow,
  presented: ProvenSubject,
  scope: string,
): Promise<Granted> {
  const subject = await requireActiveSubject(deps, presented)
  checkSubject(engine, subject, presented.obtainedBy)
  await checkStatingEngine(deps, engine, subject, presented)
  const now = deps.now()
  const bySettings = presented.authTime + engine.sessionSeconds * 1000
  const sessionEndsAt = Math.min(bySettings, presented.sessionEndsAt ?? Infinity)
  if (sessionEndsAt <= now) {
    throw invalidGrant(
      `The user last signed in more than ${engine.sessionSeconds} s ago, which is the maximum length of sessions of the engine ${engine.name}: let the user sign in again.`,
    )
  }
  const { notAfter } = presented
  // The verification of the subject token tolerates a clock difference, so an accepted token can have expired
  // by the clock of this server.
  if (notAfter !== undefined && notAfter <= now)
    throw invalidGrant('The subject token has expired: send a new token of the user.', 'expired')
  const acting = toPrincipal(engine)
  const before = presented.actors[0]?.id === engine.id ? presented.actors.slice(1) : presented.actors
  const actors = [acting, ...before]
  if (actors.length > maxActors)
    throw invalidGrant(
      `The subject token has passed through more than ${maxActors} engines: exchange it fewer times.`,
    )
  const identity: ProvenIdentity = {
    principal: toPrincipal(subject),
    actors,
    method: 'session-token',
    obtainedBy: presented.obtainedBy,
    expiresAt: null,
    issuedAt: now,
    authTime: presented.authTime,
    sessionEndsAt,
    ...(presented.queryId === null ? {} : { queryId: presented.queryId }),
  }
  const ending = notAfter === undefined ? {} : { notAfter }
  const clientId = engine.subject
  const ttlSeconds = engine.tokenSeconds
  const token = await deps.sessions.mint({ identity, clientId, scope, ttlSeconds, ...ending })
  return { identity, token, scope }
}

/**
 * Returns the row of the principal of a presented token. Throws when the principal is disabled or removed, or when its
 * sessions were revoked after the token was issued.
 *
 * @throws HeadgateError `invalid-grant`
 */
export async function requireActiveSubject(
  { sql, groupAges }: TokenDeps,
  { principalId, issuedAt }: Pick<ProvenSubject, 'principalId' | 'issuedAt'>,
): Promise<SubjectRow> {
  const subject = await findSubject(sql, principalId, groupAges)
  if (subject === null || !subject.enabled)
    throw invalidGrant(
      'The user of the subject token is disabled or was removed: ask an administrator.',
      'the user is disabled or was removed',
    )
  if (issuedAt <= subject.notBefore)
    throw invalidGrant(
      'The sessions of the user were revoked after the subject token was issued: sign in again.',
    )
  return subject
}

/**
 * Refuses a disabled engine, and a token that was issued before the sessions of the engine were last revoked.
 *
 * @param issuedAt issue time of the token in epoch ms. `Infinity`: the token does not belong to a session of the engine
 * @throws HeadgateError `invalid-grant`
 */
export function checkEngine(engine: EngineRow, issuedAt: number): void {
  if (!engine.enabled)
    throw invalidGrant(`The engine ${engine.name} is disabled: ask an administrator to enable it.`)
  if (issuedAt <= engine.notBefore)
    throw invalidGrant(
      `The sessions of the engine ${engine.name} were revoked after the token was issued: exchange a new token of the user.`,
    )
}

/**
 * Refuses a subject that is itself an engine, and a user for whom the entry of the engine does not allow the engine to
 * act.
 */
function checkSubject(engine: EngineRow, subject: SubjectRow, obtainedBy: Proof): void {
  if (subject.isEngine) {
    throw invalidGrant(`The subject ${subject.name} is an engine: exchange the token of a user.`)
  }
  if (!admits(engine.subjects, subject)) {
    throw invalidGrant(
      `The entry of the engine ${engine.name} does not allow it to act for this user. Add a rule: headgate engine set ${engine.name} --subject …`,
      'no subject rule matches',
    )
  }
  checkStatement(engine, subject, obtainedBy)
}

/**
 * Refuses a session in which another engine named the user without a token of the user (the stating engine), when that
 * engine is no longer allowed to do this. The session contains no other proof of the user.
 */
async function checkStatingEngine(
  { sql }: TokenDeps,
  { id }: EngineRow,
  subject: SubjectRow,
  { obtainedBy, actors, issuedAt }: ProvenSubject,
): Promise<void> {
  const stating = actors.at(-1)
  if (!isStated(obtainedBy) || stating === undefined || stating.id === id) return
  const engine = await findEngine(sql, stating.id)
  if (engine === null || !admits(engine.subjects, subject))
    throw invalidGrant(
      `The engine ${stating.name} named this user without a token of the user, and its entry does not allow this any more: let the user sign in again.`,
      'statement lapsed',
    )
  checkEngine(engine, issuedAt)
  checkStatement(engine, subject, obtainedBy)
}

/**
 * Refuses a user that an engine named without a token of the user (`isStated`), when the entry of the engine
 * does not allow this.
 */
export function checkStatement(engine: EngineRow, subject: SubjectRow, obtainedBy: Proof): void {
  if (isStated(obtainedBy) && !mayState(engine, subject, obtainedBy)) {
    throw invalidGrant(
      `The engine named this user without a token of the user, and the entry of the engine ${engine.name} does not allow this for users of ${subject.issuer}: let the user sign in.`,
      `no ${obtainedBy} allowed`,
    )
  }
  if (isStated(obtainedBy) && subject.administers && !engine.namesAdministrators) {
    throw invalidGrant(
      `The user administers the server, and the engine ${engine.name} may name administrators only with a token of the administrator: let the user sign in.`,
      'an engine named an administrator without a token',
    )
  }
}

/**
 * Returns whether the engine entry allows the engine to name users of this issuer without a token of the user, by an
 * assertion or by an unsigned subject token.
 */
function mayState(
  { namesIssuer, assertions, unsignedSubjects }: EngineRow,
  { issuer }: SubjectRow,
  proof: Proof,
): boolean {
  return namesIssuer === issuer && (proof === 'assertion' ? assertions : unsignedSubjects)
}

export function toPrincipal({ id, issuer, subject, name }: Principal): Principal {
  return { id, issuer, subject, name }
}
