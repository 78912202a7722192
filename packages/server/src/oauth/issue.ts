import type { Identity, Principal, Proof } from '../identity/identity.ts'
import { isStated } from '../identity/proven-by.ts'
import { admits } from '../identity/subject-rules.ts'
import { maxActors } from '../sessions/session-claims.ts'
import { type EngineRow, findEngine } from '../store/engines.ts'
import { findSubject, type SubjectRow } from '../store/subjects.ts'
import type { Granted } from './grant.ts'
import { invalidGrant } from './token-errors.ts'
import type { TokenParts } from './token-parts.ts'

/** A user whom an engine showed to be there, in whatever way. */
export interface ProvenSubject {
  /** Id in the store. */
  readonly principalId: string
  readonly obtainedBy: Proof
  /** Epoch ms: when the user was last proven, for the age of the session. */
  readonly authTime: number
  /** Epoch ms: when what it was shown by was made; revoked is what is older than that. */
  readonly shownAt: number
  /** Epoch ms: what it was shown by ends, and so does the token. */
  readonly notAfter?: number
  /** Epoch ms: the end of the session that goes on, if one does. */
  readonly sessionEndsAt?: number
  /** The engines that acted before, the outermost first. */
  readonly actors: readonly Principal[]
  readonly queryId: string | null
}

/**
 * The token of a user behind an engine. Everything that can have changed since is looked at here, for new sessions and
 * renewals alike: the user, the engine, its entry, the ages.
 *
 * @throws HeadgateError `invalid-grant`
 */
export async function issueFor(
  parts: TokenParts,
  engine: EngineRow,
  shown: ProvenSubject,
  scope: string,
): Promise<Granted> {
  const subject = await standing(parts, shown)
  refuseOutside(engine, subject, shown.obtainedBy)
  await refuseLapsedStatement(parts, engine, subject, shown)
  const now = parts.now()
  const bySettings = shown.authTime + engine.sessionSeconds * 1000
  const sessionEndsAt = Math.min(bySettings, shown.sessionEndsAt ?? Infinity)
  if (sessionEndsAt <= now) {
    throw invalidGrant(
      `The user was proven longer ago than sessions of the engine ${engine.name} may last (${engine.sessionSeconds} s): let the user sign in again.`,
    )
  }
  const { notAfter } = shown
  // What verified it forgives some difference of the clocks; a token cannot be made of that.
  if (notAfter !== undefined && notAfter <= now)
    throw invalidGrant('The subject token has expired.', 'expired')
  const acting = principalOf(engine)
  const before = shown.actors[0]?.id === engine.id ? shown.actors.slice(1) : shown.actors
  const actors = [acting, ...before]
  if (actors.length > maxActors)
    throw invalidGrant(`The user comes through more than ${maxActors} engines, one behind the other.`)
  const identity: Identity = {
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
  const token = await parts.sessions.mint({ identity, clientId, scope, ttlSeconds, ...ending })
  return { identity, token, scope }
}

/** The user as the store has it now. */
export async function standing(
  { sql, groupAges }: TokenParts,
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
      'The sessions of the user were stopped since the subject token was made: sign in again.',
    )
  return subject
}

/** The engine must be enabled, and what it shows must be younger than what was revoked. */
export function refuseStopped(engine: EngineRow, shownAt: number): void {
  if (!engine.enabled) throw invalidGrant(`The engine ${engine.name} is disabled.`)
  if (shownAt <= engine.notBefore)
    throw invalidGrant(
      `The sessions of the engine ${engine.name} were stopped since: exchange the user's token anew.`,
    )
}

function refuseOutside(engine: EngineRow, subject: SubjectRow, obtainedBy: Proof): void {
  if (subject.isEngine) {
    throw invalidGrant(
      `The subject ${subject.name} is an engine, and no user: an engine's own token stands for itself alone.`,
    )
  }
  if (!admits(engine.subjects, subject)) {
    throw invalidGrant(
      `The entry of the engine ${engine.name} does not let it act for this user: headgate engine set ${engine.name} --subject …`,
      'no subject rule fits',
    )
  }
  refuseStatement(engine, subject, obtainedBy)
}

/**
 * Refuses a user whom another engine has stated, when that engine may not do so any more: nothing else proves who the user
 * is.
 */
async function refuseLapsedStatement(
  { sql }: TokenParts,
  { id }: EngineRow,
  subject: SubjectRow,
  { obtainedBy, actors, shownAt }: ProvenSubject,
): Promise<void> {
  const stating = actors.at(-1)
  if (!isStated(obtainedBy) || stating === undefined || stating.id === id) return
  const engine = await findEngine(sql, stating.id)
  if (engine === null || !admits(engine.subjects, subject))
    throw invalidGrant(
      `The engine ${stating.name} stated the user and may not act for this user any more: let the user sign in again.`,
      'statement lapsed',
    )
  refuseStopped(engine, shownAt)
  refuseStatement(engine, subject, obtainedBy)
}

/** Refuses a user who was stated, when the engine's entry does not allow that. */
export function refuseStatement(engine: EngineRow, subject: SubjectRow, obtainedBy: Proof): void {
  if (isStated(obtainedBy) && !mayState(engine, subject, obtainedBy)) {
    throw invalidGrant(
      `The user proved nothing but was named, and the entry of the engine ${engine.name} does not let it name users of ${subject.issuer} in this way: let the user prove themselves.`,
      `no ${obtainedBy} allowed`,
    )
  }
  if (isStated(obtainedBy) && subject.administers && !engine.namesAdministrators) {
    throw invalidGrant(
      `The user administers the server, and the engine ${engine.name} may not name administrators: let the user prove themselves.`,
      'administrator named by an engine',
    )
  }
}

/** Looked at for sessions that go on too, and for those that another engine began: narrow limits of one engine must not be worth the wide ones of another. */
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
