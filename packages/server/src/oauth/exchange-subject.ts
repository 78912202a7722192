import { peek } from '../identity/peek.ts'
import { readUnsigned } from '../identity/user-statement.ts'
import type { EngineRow } from '../directory/engines.ts'
import { externalSubject } from './exchange-external.ts'
import { checkActingEngine } from './exchange-hand-over.ts'
import type { ExchangeRequest } from './exchange-request.ts'
import { toProvenSubject } from './exchange-renewal.ts'
import type { TokenRequest } from './grant.ts'
import type { EngineSubject, ProvenSubject } from './issue.ts'
import { assertedSubject, verifiedAssertion } from './jwt-bearer.ts'
import { namedSubject } from './named-subject.ts'
import { invalidGrant, invalidRequest } from './token-errors.ts'
import type { TokenDeps } from './token-deps.ts'

/**
 * Verifies the subject token that an authenticated engine sends. Returns the user of the token, and the engine that
 * acts for the user. The engine may send a token of this server, a token of a configured issuer, an assertion that the
 * engine signed, or, if the engine entry allows it, an unsigned JWT that names the user. An
 * assertion is recorded as used, because it may be used only once.
 *
 * @throws HeadgateError `invalid-grant`, `invalid-request`
 */
export async function verifySubjectToken(
  deps: TokenDeps,
  engine: EngineRow,
  { subjectToken, isDeclaredJwt }: ExchangeRequest,
  note: TokenRequest['note'],
): Promise<EngineSubject> {
  const session = await deps.sessions.recognize(subjectToken)
  if (session !== null) {
    note({ subject: 'session', for: session.principal.name })
    if ((session.expiresAt ?? 0) <= deps.now()) {
      throw invalidGrant(
        'The subject token has expired. A client can renew a session only while its token is valid: exchange a new token of the user.',
        'expired',
      )
    }
    await checkActingEngine(deps, engine, session)
    return { engine, subject: toProvenSubject(session) }
  }
  const peeked = peek(subjectToken)
  if (peeked?.header['alg'] === 'none') {
    note({ subject: 'unsigned statement' })
    if (!isDeclaredJwt)
      throw invalidRequest('An unsigned subject token must have the subject_token_type jwt.')
    return { engine, subject: await statedSubject(deps, engine, subjectToken, note) }
  }
  if (peeked?.claims['iss'] === engine.subject) {
    note({ subject: 'assertion' })
    if (!isDeclaredJwt) throw invalidRequest('An assertion must have the subject_token_type jwt.')
    return assertedSubject(deps, await verifiedAssertion(deps, subjectToken), note)
  }
  note({ subject: 'external token' })
  if (deps.external === null) {
    throw invalidGrant(
      'The subject token is not a token of this server, and no other issuer is configured.',
      'no such issuer is configured',
    )
  }
  return { engine, subject: await externalSubject(deps, deps.external, engine, subjectToken, note) }
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
    issuedAt: at,
    actors: [],
    queryId: statement.value.queryId,
  }
}
