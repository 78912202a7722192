import { isHeadgateError } from '@headgate/errors'
import type { ExternalIdentities, ExternalParty, VerifiedExternal } from '../identity/external.ts'
import type { Principal } from '../identity/identity.ts'
import { peek } from '../identity/peek.ts'
import { readUnsigned } from '../identity/user-statement.ts'
import { type EngineRow, findEngineOfParty } from '../store/engines.ts'
import { refuseLapsed } from './exchange-hand-over.ts'
import type { ExchangeRequest } from './exchange-request.ts'
import { shownBySession } from './exchange-renewal.ts'
import type { Granted, TokenRequest } from './grant.ts'
import { principalOf, type ProvenSubject, refuseStopped } from './issue.ts'
import { grantAsserted, verifiedAssertion } from './jwt-bearer.ts'
import { namedSubject } from './named-subject.ts'
import { invalidGrant, invalidRequest } from './token-errors.ts'
import type { TokenParts } from './token-parts.ts'

/**
 * The user whom a proven engine shows: by a token of ours, by one of a configured issuer, by an assertion that the engine
 * signed, or, where its entry says so, by its word.
 *
 * @throws HeadgateError `invalid-grant`, `invalid-request`
 */
export async function shownSubject(
  parts: TokenParts,
  engine: EngineRow,
  { subjectToken, saidToBeJwt, scope }: ExchangeRequest,
  note: TokenRequest['note'],
): Promise<ProvenSubject | { readonly asserted: Granted }> {
  const session = await parts.sessions.recognize(subjectToken)
  if (session !== null) {
    note({ subject: 'session', for: session.principal.name })
    if ((session.expiresAt ?? 0) <= parts.now()) {
      throw invalidGrant(
        'The subject token has expired: a session is renewed while its token is live, by the bearer of it; then the user must be shown anew.',
        'expired',
      )
    }
    await refuseLapsed(parts, engine, session)
    return shownBySession(session)
  }
  const peeked = peek(subjectToken)
  if (peeked?.header['alg'] === 'none') {
    note({ subject: 'unsigned statement' })
    if (!saidToBeJwt) throw invalidRequest('An unsigned subject token must have the subject_token_type jwt.')
    return statedSubject(parts, engine, subjectToken, note)
  }
  if (peeked?.claims['iss'] === engine.subject) {
    note({ subject: 'assertion' })
    if (!saidToBeJwt) throw invalidRequest('An assertion must have the subject_token_type jwt.')
    const asserted = await verifiedAssertion(parts, subjectToken)
    return { asserted: await grantAsserted(parts, asserted, scope, note) }
  }
  note({ subject: 'external token' })
  if (parts.external === null) {
    throw invalidGrant(
      'The subject token is none of this server, and no other issuer is configured here.',
      'unknown issuer',
    )
  }
  return externalSubject(parts, parts.external, engine, subjectToken, note)
}

async function statedSubject(
  parts: TokenParts,
  engine: EngineRow,
  token: string,
  note: TokenRequest['note'],
): Promise<ProvenSubject> {
  if (!engine.unsignedSubjects) {
    throw invalidGrant(
      `The subject token is unsigned, and the entry of the engine ${engine.name} does not allow that: headgate engine set ${engine.name} --unsigned-subjects`,
      'unsigned subject',
    )
  }
  const statement = readUnsigned(token, parts.now())
  if (!statement.ok) throw invalidGrant(statement.told, 'unsigned subject')
  const at = parts.now()
  return {
    principalId: await namedSubject(parts, engine, statement.value, note),
    obtainedBy: 'statement',
    authTime: at,
    shownAt: at,
    actors: [],
    queryId: statement.value.queryId,
  }
}

async function externalSubject(
  parts: TokenParts,
  { tokens, principals }: ExternalIdentities,
  engine: EngineRow,
  token: string,
  note: TokenRequest['note'],
): Promise<ProvenSubject> {
  const verified = await tokens.verify(token, 'subject')
  if (!verified.ok) throw invalidGrant(`The subject token is not good: ${verified.told}`, verified.reason)
  const { value } = verified
  note({ for: value.subject })
  if ((await findEngineOfParty(parts.sql, value.issuer, value.subject)) !== null)
    throw invalidGrant('The subject token is of an engine, and of no user: nobody is acted for.')
  if (value.mayAct !== null && !(await isParty(parts, engine, value.mayAct))) {
    throw invalidGrant(
      `The subject token says who may act for its user (may_act), and that is not the engine ${engine.name}.`,
      'may_act',
    )
  }
  const actors = value.actor === null ? [] : [await actingBefore(parts, value.actor, value.issuedAt)]
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
