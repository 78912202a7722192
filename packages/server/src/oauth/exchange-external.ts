import { isHeadgateError } from '@headgate/errors'
import type { ExternalIdentities, ExternalParty, SecondLegs, VerifiedExternal } from '../identity/external.ts'
import type { Principal } from '../identity/identity.ts'
import { type EngineRow, findEngineOfParty } from '../store/engines.ts'
import type { TokenRequest } from './grant.ts'
import { principalOf, type ProvenSubject, refuseStopped } from './issue.ts'
import { invalidGrant } from './token-errors.ts'
import type { TokenParts } from './token-parts.ts'

/**
 * The user of a token of a configured issuer; where its configuration says so, that issuer is asked for a token of the same
 * user for this server first (the second leg).
 *
 * @throws HeadgateError `invalid-grant`, `unavailable`
 */
export async function externalSubject(
  parts: TokenParts,
  { tokens, principals, secondLegs }: ExternalIdentities,
  engine: EngineRow,
  token: string,
  note: TokenRequest['note'],
): Promise<ProvenSubject> {
  const verified = await tokens.verify(token, 'subject')
  if (!verified.ok) throw invalidGrant(`The subject token is not good: ${verified.told}`, verified.reason)
  note({ for: verified.value.subject })
  await refuseForEngine(parts, engine, verified.value)
  const { actor, issuedAt } = verified.value
  const actors = actor === null ? [] : [await actingBefore(parts, actor, issuedAt)]
  const value = await afterSecondLeg(secondLegs, verified.value, token, note)
  if (value !== verified.value) await refuseForEngine(parts, engine, value)
  const principal = await principalFor(principals, value)
  const shownAt = Math.min(value.issuedAt, parts.now())
  return {
    principalId: principal.id,
    obtainedBy: 'external-token',
    authTime: Math.min(value.authTime ?? shownAt, shownAt),
    shownAt,
    notAfter: value.expiresAt,
    actors,
    queryId: null,
  }
}

async function afterSecondLeg(
  secondLegs: SecondLegs,
  subject: VerifiedExternal,
  token: string,
  note: TokenRequest['note'],
): Promise<VerifiedExternal> {
  const profile = secondLegs.profileOf(subject.issuer)
  if (profile === null) return subject
  note({ secondLeg: `${profile} at ${subject.issuer}` })
  const answer = await secondLegs.ask(token, subject)
  if (!answer.ok) throw invalidGrant(answer.told, answer.reason)
  return answer.value
}

/** Not of an engine, and not for another one alone. */
async function refuseForEngine(
  parts: TokenParts,
  engine: EngineRow,
  { issuer, subject, mayAct }: VerifiedExternal,
): Promise<void> {
  if ((await findEngineOfParty(parts.sql, issuer, subject)) !== null)
    throw invalidGrant('The subject token is of an engine, and of no user: nobody is acted for.')
  if (mayAct !== null && !(await isParty(parts, engine, mayAct))) {
    throw invalidGrant(
      `The subject token says who may act for its user (may_act), and that is not the engine ${engine.name}.`,
      'may_act',
    )
  }
}

async function principalFor(
  principals: ExternalIdentities['principals'],
  verified: VerifiedExternal,
): Promise<Principal> {
  try {
    return await principals.of(verified)
  } catch (error) {
    if (isHeadgateError(error, 'unauthenticated')) throw invalidGrant(error.message, 'unknown principal')
    throw error
  }
}

/** The engine that the subject token itself names as actor: history from now on. */
async function actingBefore(parts: TokenParts, party: ExternalParty, shownAt: number): Promise<Principal> {
  const engine = await findEngineOfParty(parts.sql, party.issuer, party.subject)
  if (engine === null) {
    throw invalidGrant(
      'The subject token names an actor that is no engine of this server: register it, or let the issuer name none.',
      'unknown actor',
    )
  }
  refuseStopped(engine, shownAt)
  return principalOf(engine)
}

async function isParty(parts: TokenParts, engine: EngineRow, party: ExternalParty): Promise<boolean> {
  return (await findEngineOfParty(parts.sql, party.issuer, party.subject))?.id === engine.id
}
