import { isHeadgateError } from '@headgate/errors'
import type { ExternalIdentities, ExternalParty, SecondLegs, VerifiedExternal } from '../identity/external.ts'
import type { Principal } from '../proven-identity.ts'
import { type EngineRow, findEngineOfParty } from '../directory/engines.ts'
import type { TokenRequest } from './grant.ts'
import { toPrincipal, type ProvenSubject, checkEngine } from './issue.ts'
import { invalidGrant } from './token-errors.ts'
import type { TokenDeps } from './token-deps.ts'

/**
 * Verifies a token of a configured issuer and returns its user. If the issuer is configured with a second
 * token request (second leg), first requests a token of the same user for this server from that issuer.
 *
 * @throws HeadgateError `invalid-grant`, `unavailable`
 */
export async function externalSubject(
  deps: TokenDeps,
  { tokens, principals, secondLegs }: ExternalIdentities,
  engine: EngineRow,
  token: string,
  note: TokenRequest['note'],
): Promise<ProvenSubject> {
  const verified = await tokens.verify(token, 'subject')
  if (!verified.ok) {
    const reason = `${verified.reason}: ${verified.message}`
    throw invalidGrant(`The subject token is invalid: ${verified.message}`, reason)
  }
  note({ for: verified.value.subject })
  await refuseForEngine(deps, engine, verified.value)
  const { actor } = verified.value
  const actors = actor === null ? [] : [await actingBefore(deps, actor, verified.value.issuedAt)]
  const value = await afterSecondLeg(secondLegs, verified.value, token, note)
  if (value !== verified.value) await refuseForEngine(deps, engine, value)
  const principal = await principalFor(principals, value)
  const issuedAt = Math.min(value.issuedAt, deps.now())
  return {
    principalId: principal.id,
    obtainedBy: 'external-token',
    authTime: Math.min(value.authTime ?? issuedAt, issuedAt),
    issuedAt,
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
  const profile = secondLegs.findProfile(subject.issuer)
  if (profile === null) return subject
  note({ secondLeg: `${profile} at ${subject.issuer}` })
  const response = await secondLegs.ask(token, subject)
  if (!response.ok) throw invalidGrant(response.message, response.reason)
  return response.value
}

/**
 * Refuses a subject token that belongs to an engine, and a subject token whose `may_act` claim names another
 * engine.
 */
async function refuseForEngine(
  deps: TokenDeps,
  engine: EngineRow,
  { issuer, subject, mayAct }: VerifiedExternal,
): Promise<void> {
  if ((await findEngineOfParty(deps.sql, issuer, subject)) !== null)
    throw invalidGrant('The subject token belongs to an engine: exchange the token of a user.')
  if (mayAct !== null && !(await isParty(deps, engine, mayAct))) {
    throw invalidGrant(
      `The subject token does not allow the engine ${engine.name} to act for its user: its may_act claim names another party.`,
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

/**
 * Returns the engine that the subject token names in its `act` claim. The new session contains this engine as
 * an earlier actor.
 */
async function actingBefore(deps: TokenDeps, party: ExternalParty, issuedAt: number): Promise<Principal> {
  const engine = await findEngineOfParty(deps.sql, party.issuer, party.subject)
  if (engine === null) {
    throw invalidGrant(
      'The subject token names an actor that is not an engine of this server: register the actor as an engine, or configure the issuer to omit the actor from its tokens.',
      'unknown actor',
    )
  }
  checkEngine(engine, issuedAt)
  return toPrincipal(engine)
}

async function isParty(deps: TokenDeps, engine: EngineRow, party: ExternalParty): Promise<boolean> {
  return (await findEngineOfParty(deps.sql, party.issuer, party.subject))?.id === engine.id
}
