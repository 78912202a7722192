import { HeadgateError } from '@headgate/errors'
import type { ExternalIdentities } from '../identity/external.ts'
import { peek } from '../identity/peek.ts'
import { checkSignedAssertion, type SignedAssertion } from '../identity/signed-assertion.ts'
import { readClaims } from '../identity/user-statement.ts'
import { type EngineRow, findEngine } from '../directory/engines.ts'
import { useAssertion } from '../directory/subjects.ts'
import { authenticateClient, type Client, engineOf } from './clients.ts'
import { externalSubject } from './exchange-external.ts'
import type { Grant, Granted, TokenRequest } from './grant.ts'
import { issueFor, refuseStopped } from './issue.ts'
import { namedSubject } from './named-subject.ts'
import { scopeOf } from './scope.ts'
import { guessedGrant, invalidGrant, invalidRequest } from './token-errors.ts'
import type { TokenDeps } from './token-deps.ts'

/**
 * Implements grant `jwt-bearer` (RFC 7523 section 2.1): an engine asserts its user with a JWT that it signs, for sign-ins without a
 * token (LDAP, Kerberos, certificates). The signature authenticates the engine; it may authenticate in another way as well.
 * A token of a configured issuer is also an assertion, for an engine that authenticates itself.
 */
export function jwtBearerGrant(deps: TokenDeps): Grant {
  return async (request) => {
    const { form, proof } = request
    const assertion = form.get('assertion')
    if (assertion === undefined) throw invalidRequest('The parameter assertion is missing.')
    const scope = scopeOf(form.get('scope'))
    const client = proof === null || proof.kind === 'bearer' ? null : await authenticateClient(deps, proof)
    const issuer = peek(assertion)?.claims['iss']
    if (deps.external !== null && typeof issuer === 'string' && deps.external.tokens.issuers.has(issuer))
      return grantOnBehalf(deps, deps.external, client, assertion, scope, request.note)
    const asserted = await verifiedAssertion(deps, assertion)
    if (client !== null && client.identity.principal.id !== asserted.client.id)
      throw invalidGrant(
        'The assertion was signed by another engine than the client: send an assertion of the client itself.',
      )
    return grantAsserted(deps, asserted, scope, request.note)
  }
}

/**
 * Handles a user's token as the assertion (on-behalf-of, as Entra uses RFC 7523): the same steps as its exchange. The
 * engine must authenticate itself, because the signature is not its own.
 */
async function grantOnBehalf(
  deps: TokenDeps,
  external: ExternalIdentities,
  client: Client | null,
  assertion: string,
  scope: string,
  note: TokenRequest['note'],
): Promise<Granted> {
  const proven = client ?? (await authenticateClient(deps, null))
  const engine = await engineOf(deps, proven)
  note({ client: proven.clientId, engine: engine.name, subject: 'external token' })
  return issueFor(deps, engine, await externalSubject(deps, external, engine, assertion, note), scope)
}

/** @throws HeadgateError `invalid-grant`, which counts as a failed attempt */
export async function verifiedAssertion(deps: TokenDeps, assertion: string): Promise<SignedAssertion> {
  const { issuer: audience } = deps.sessions.settings
  const check = await checkSignedAssertion(deps.sql, assertion, { audience, now: deps.now() })
  if (!check.ok) throw guessedGrant(check.reason, check.told)
  return check.value
}

/** Mints the token for a verified assertion of an engine. */
export async function grantAsserted(
  deps: TokenDeps,
  asserted: SignedAssertion,
  scope: string,
  note: TokenRequest['note'],
): Promise<Granted> {
  const engine = await assertingEngine(deps, asserted)
  const { id, subject, expiresAt, issuedAt, claims } = asserted
  note({ engine: engine.name, assertion: id, authMethod: methodOf(claims['auth_method']) })
  if (claims['act'] !== undefined)
    throw invalidGrant('An assertion must not contain an act claim: the engine that signs it is the actor.')
  const statement = readClaims(claims)
  if (!statement.ok) throw invalidGrant(statement.told)
  if (subject === engine.subject)
    throw invalidGrant('The sub of the assertion is the engine itself: use grant_type client_credentials.')
  const shown = {
    principalId: await namedSubject(deps, engine, statement.value, note),
    obtainedBy: 'assertion',
    authTime: Math.min(issuedAt, deps.now()),
    shownAt: issuedAt,
    actors: [],
    queryId: statement.value.queryId,
  } as const
  if (!(await useAssertion(deps.sql, { issuer: `client ${engine.id}`, id, expiresAt })))
    throw invalidGrant('The assertion was used before: sign a new one, with another jti, for each request.')
  return issueFor(deps, engine, shown, scope)
}

async function assertingEngine(deps: TokenDeps, { client, issuedAt }: SignedAssertion): Promise<EngineRow> {
  const engine = await findEngine(deps.sql, client.id)
  if (engine === null || !engine.assertions) {
    const { subject } = client
    const next =
      engine === null ? `headgate engine add ${subject}` : `headgate engine set ${subject} --assertions`
    throw new HeadgateError(
      'unauthorized-client',
      `The client ${subject} may not assert users. Allow it: ${next}`,
    )
  }
  refuseStopped(engine, issuedAt)
  return engine
}

/** Returns how the user signed in at the engine, by a claim of the engine, for the audit event. */
function methodOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\x20-\x7e]{1,64}$/.test(value) ? value : undefined
}
