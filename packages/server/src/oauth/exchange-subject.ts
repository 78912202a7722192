import { peek } from '../identity/peek.ts'
import { readUnsigned } from '../identity/user-statement.ts'
import type { EngineRow } from '../store/engines.ts'
import { externalSubject } from './exchange-external.ts'
import { refuseLapsed } from './exchange-hand-over.ts'
import type { ExchangeRequest } from './exchange-request.ts'
import { shownBySession } from './exchange-renewal.ts'
import type { Granted, TokenRequest } from './grant.ts'
import type { ProvenSubject } from './issue.ts'
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
