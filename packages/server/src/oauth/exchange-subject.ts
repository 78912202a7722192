import { peek } from '../identity/peek.ts'
import { readUnsigned } from '../identity/user-statement.ts'
import type { EngineRow } from '../directory/engines.ts'
import { externalSubject } from './exchange-external.ts'
import { refuseLapsed } from './exchange-hand-over.ts'
import type { ExchangeRequest } from './exchange-request.ts'
import { shownBySession } from './exchange-renewal.ts'
import type { Granted, TokenRequest } from './grant.ts'
import type { ProvenSubject } from './issue.ts'
import { grantAsserted, verifiedAssertion } from './jwt-bearer.ts'
import { namedSubject } from './named-subject.ts'
import { invalidGrant, invalidRequest } from './token-errors.ts'
import type { TokenDeps } from './token-deps.ts'

/**
 * Verifies the subject token that an authenticated engine sends, and returns the user of the token. The
 * engine may send a token of this server, a token of a configured issuer, an assertion that the engine
 * signed, or, if the engine entry allows it, an unsigned JWT that names the user.
 *
 * @throws HeadgateError `invalid-grant`, `invalid-request`
 */
export async function shownSubject(
  deps: TokenDeps,
  engine: EngineRow,
  { subjectToken, saidToBeJwt, scope }: ExchangeRequest,
  note: TokenRequest['note'],
): Promise<ProvenSubject | { readonly asserted: Granted }> {
  const session = await deps.sessions.recognize(subjectToken)
  if (session !== null) {
    note({ subject: 'session', for: session.principal.name })
    if ((session.expiresAt ?? 0) <= deps.now()) {
      throw invalidGrant(
        'The subject token has expired. A client can renew a session only while its token is valid: exchange a new token of the user.',
        'expired',
      )
    }
    await refuseLapsed(deps, engine, session)
    return shownBySession(session)
  }
  const peeked = peek(subjectToken)
  if (peeked?.header['alg'] === 'none') {
    note({ subject: 'unsigned statement' })
    if (!saidToBeJwt) throw invalidRequest('An unsigned subject token must have the subject_token_type jwt.')
    return statedSubject(deps, engine, subjectToken, note)
  }
  if (peeked?.claims['iss'] === engine.subject) {
    note({ subject: 'assertion' })
    if (!saidToBeJwt) throw invalidRequest('An assertion must have the subject_token_type jwt.')
    const asserted = await verifiedAssertion(deps, subjectToken)
    return { asserted: await grantAsserted(deps, asserted, scope, note) }
  }
  note({ subject: 'external token' })
  if (deps.external === null) {
    throw invalidGrant(
      'The subject token is not a token of this server, and no other issuer is configured.',
      'no such issuer is configured',
    )
  }
  return externalSubject(deps, deps.external, engine, subjectToken, note)
}

async function statedSubject(
  deps: TokenDeps,
  engine: EngineRow,
  token: string,
  note: TokenRequest['note'],
): Promise<ProvenSubject> {
  if (!engine.unsignedSubjects) {
    throw invalidGrant(
      `The subject token is unsigned, and the entry of the engine ${engine.name} does not allow unsigned subject tokens. Allow them: headgate engine set ${engine.name} --unsigned-subjects`,
      'unsigned subject',
    )
  }
  const statement = readUnsigned(token, deps.now())
  if (!statement.ok) throw invalidGrant(statement.message, 'unsigned subject')
  const at = deps.now()
  return {
    principalId: await namedSubject(deps, engine, statement.value, note),
    obtainedBy: 'statement',
    authTime: at,
    shownAt: at,
    actors: [],
    queryId: statement.value.queryId,
  }
}
