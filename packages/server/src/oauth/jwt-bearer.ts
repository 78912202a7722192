import { HeadgateError } from '@headgate/errors'
import type { ExternalIdentities } from '../identity/external.ts'
import { peek } from '../identity/peek.ts'
import { checkSignedAssertion, type SignedAssertion } from '../identity/signed-assertion.ts'
import { readClaims } from '../identity/user-statement.ts'
import { type EngineRow, findEngine } from '../store/engines.ts'
import { useAssertion } from '../store/used-assertions.ts'
import { authenticateClient, type Client, engineOf } from './clients.ts'
import { externalSubject } from './exchange-external.ts'
import type { Grant, Granted, TokenRequest } from './grant.ts'
import { issueFor, refuseStopped } from './issue.ts'
import { namedSubject } from './named-subject.ts'
import { scopeOf } from './scope.ts'
import { guessedGrant, invalidGrant, invalidRequest } from './token-errors.ts'
import type { TokenParts } from './token-parts.ts'

/**
 * Grant `jwt-bearer` (RFC 7523 section 2.1): an engine asserts its user by a JWT that it signs, for logins that have no
 * token (LDAP, Kerberos, certificates). The signature is the engine's authentication; another one may come along. A token of
 * a configured issuer is an assertion too, for an engine that authenticates itself.
 */
export function jwtBearerGrant(parts: TokenParts): Grant {
  return async (request) => {
    const { form, proof } = request
    const assertion = form.get('assertion')
    if (assertion === undefined) throw invalidRequest('The parameter assertion is missing.')
    const scope = scopeOf(form.get('scope'))
    const client = proof === null || proof.kind === 'bearer' ? null : await authenticateClient(parts, proof)
    const issuer = peek(assertion)?.claims['iss']
    if (parts.external !== null && typeof issuer === 'string' && parts.external.tokens.issuers.has(issuer))
      return grantOnBehalf(parts, parts.external, client, assertion, scope, request.note)
    const asserted = await verifiedAssertion(parts, assertion)
    if (client !== null && client.identity.principal.id !== asserted.client.id)
      throw invalidGrant('The assertion is of another engine than the one that sends it.')
    return grantAsserted(parts, asserted, scope, request.note)
  }
}

/**
 * On behalf of a user whose token is the assertion (the form that Entra gave to RFC 7523): the same as its exchange, for an
 * engine that authenticates itself, since the signature is not its own.
 */
async function grantOnBehalf(
  parts: TokenParts,
  external: ExternalIdentities,
  client: Client | null,
  assertion: string,
  scope: string,
  note: TokenRequest['note'],
): Promise<Granted> {
  const proven = client ?? (await authenticateClient(parts, null))
  const engine = await engineOf(parts, proven)
  note({ client: proven.clientId, engine: engine.name, subject: 'external token' })
  return issueFor(parts, engine, await externalSubject(parts, external, engine, assertion, note), scope)
}

/** @throws HeadgateError `invalid-grant`, which counts as a failed attempt */
export async function verifiedAssertion(parts: TokenParts, assertion: string): Promise<SignedAssertion> {
  const { issuer: audience } = parts.sessions.settings
  const check = await checkSignedAssertion(parts.sql, assertion, { audience, now: parts.now() })
  if (!check.ok) throw guessedGrant(check.reason, check.told)
  return check.value
}

/** The token that a verified assertion of an engine is worth. */
export async function grantAsserted(
  parts: TokenParts,
  asserted: SignedAssertion,
  scope: string,
  note: TokenRequest['note'],
): Promise<Granted> {
  const engine = await assertingEngine(parts, asserted)
  const { id, subject, expiresAt, issuedAt, claims } = asserted
  note({ engine: engine.name, assertion: id, authMethod: methodOf(claims['auth_method']) })
  if (claims['act'] !== undefined)
    throw invalidGrant('An assertion must not say who acts: the engine that signs it does.')
  const statement = readClaims(claims)
  if (!statement.ok) throw invalidGrant(statement.told)
  if (subject === engine.subject)
    throw invalidGrant('The sub of the assertion is the engine itself: for that there is client_credentials.')
  const shown = {
    principalId: await namedSubject(parts, engine, statement.value, note),
    obtainedBy: 'assertion',
    authTime: Math.min(issuedAt, parts.now()),
    shownAt: issuedAt,
    actors: [],
    queryId: statement.value.queryId,
  } as const
  if (!(await useAssertion(parts.sql, { issuer: `client ${engine.id}`, id, expiresAt })))
    throw invalidGrant('The assertion was used before: sign a new one, with another jti, for each request.')
  return issueFor(parts, engine, shown, scope)
}

async function assertingEngine(parts: TokenParts, { client, issuedAt }: SignedAssertion): Promise<EngineRow> {
  const engine = await findEngine(parts.sql, client.id)
  if (engine === null || !engine.assertions) {
    const { subject } = client
    const next =
      engine === null ? `headgate engine add ${subject}` : `headgate engine set ${subject} --assertions`
    throw new HeadgateError('unauthorized-client', `The client ${subject} may not assert users: ${next}`)
  }
  refuseStopped(engine, issuedAt)
  return engine
}

/** How the user signed in at the engine: a claim of the engine, for the audit. */
function methodOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\x20-\x7e]{1,64}$/.test(value) ? value : undefined
}
