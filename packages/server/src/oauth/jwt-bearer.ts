import { HeadgateError } from '@headgate/errors'
import type { ExternalIdentities } from '../identity/external.ts'
import { peek } from '../identity/peek.ts'
import { checkSignedAssertion, type SignedAssertion } from '../identity/signed-assertion.ts'
import { readClaims } from '../identity/user-statement.ts'
import { type EngineRow, findEngine } from '../directory/engines.ts'
import { useAssertion } from '../directory/subjects.ts'
import { authenticateClient, type Client, requireEngine } from './clients.ts'
import { externalSubject } from './exchange-external.ts'
import type { Grant, Granted, TokenRequest } from './grant.ts'
import { checkEngine, type EngineSubject, issueFor } from './issue.ts'
import { namedSubject } from './named-subject.ts'
import { parseScope } from './scope.ts'
import { guessedGrant, invalidGrant, invalidRequest } from './token-errors.ts'
import type { TokenDeps } from './token-deps.ts'

/**
 * Implements grant `jwt-bearer` (RFC 7523 section 2.1): an engine signs a JWT (assertion) that names its
 * user. Engines use it when the user signed in without a token (LDAP, Kerberos, certificates). The signature
 * authenticates the engine, which may also send another client authentication. If the engine sends another
 * client authentication, the assertion may also be a token of a configured issuer.
 */
export function jwtBearerGrant(deps: TokenDeps): Grant {
  return async (request) => {
    const { form, proof } = request
    const assertion = form.get('assertion')
    if (assertion === undefined) throw invalidRequest('The parameter assertion is missing.')
    const scope = parseScope(form.get('scope'))
    const client = proof === null || proof.kind === 'bearer' ? null : await authenticateClient(deps, proof)
    const issuer = peek(assertion)?.claims['iss']
    if (deps.external !== null && typeof issuer === 'string' && deps.external.tokens.issuers.has(issuer))
      return grantOnBehalf(deps, deps.external, client, assertion, scope, request.note)
    const asserted = await verifiedAssertion(deps, assertion)
    if (client !== null && client.identity.principal.id !== asserted.client.id)
      throw invalidGrant(
        'The assertion was signed by another engine than the authenticated client: send an assertion that the client signed.',
      )
    const { engine, subject } = await assertedSubject(deps, asserted, request.note)
    return issueFor(deps, engine, subject, scope)
  }
}

/**
 * Handles an assertion that is a token of the user (the on-behalf-of flow of Entra) in the same way as a
 * token exchange with this subject token. The engine must send a client authentication, because it did not
 * sign the assertion.
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
  const engine = await requireEngine(deps, proven)
  note({ client: proven.clientId, engine: engine.name, subject: 'external token' })
  return issueFor(deps, engine, await externalSubject(deps, external, engine, assertion, note), scope)
}

/**
 * Verifies the signature of an assertion with the registered keys of its engine.
 *
 * @throws HeadgateError `invalid-grant`, which counts as a failed attempt
 */
export async function verifiedAssertion(deps: TokenDeps, assertion: string): Promise<SignedAssertion> {
  const { issuer: audience } = deps.sessions.settings
  const check = await checkSignedAssertion(deps.sql, assertion, { audience, now: deps.now() })
  if (!check.ok) throw guessedGrant(check.reason, check.message)
  return check.value
}

/**
 * Returns the user that a verified assertion names, and the engine that signed it. Records the assertion as used, because
 * it may be used only once.
 *
 * @throws HeadgateError `invalid-grant`, also when the assertion was used before, `unauthorized-client`
 */
export async function assertedSubject(
  deps: TokenDeps,
  asserted: SignedAssertion,
  note: TokenRequest['note'],
): Promise<EngineSubject> {
  const engine = await assertingEngine(deps, asserted)
  const { id, subject: signed, expiresAt, issuedAt, claims } = asserted
  note({ engine: engine.name, assertion: id, authMethod: parseMethod(claims['auth_method']) })
  if (claims['act'] !== undefined)
    throw invalidGrant('An assertion must not contain an act claim: the engine that signs it is the actor.')
  const statement = readClaims(claims)
  if (!statement.ok) throw invalidGrant(statement.message)
  if (signed === engine.subject)
    throw invalidGrant(
      'The sub of the assertion is the engine itself: to request a token of the engine, use grant_type client_credentials.',
    )
  const subject = {
    principalId: await namedSubject(deps, engine, statement.value, note),
    obtainedBy: 'assertion',
    authTime: Math.min(issuedAt, deps.now()),
    issuedAt,
    actors: [],
    queryId: statement.value.queryId,
  } as const
  if (!(await useAssertion(deps.sql, { issuer: `client ${engine.id}`, id, expiresAt })))
    throw invalidGrant(
      'The assertion was used before: sign a new assertion with another jti for each request.',
    )
  return { engine, subject }
}

async function assertingEngine(deps: TokenDeps, { client, issuedAt }: SignedAssertion): Promise<EngineRow> {
  const engine = await findEngine(deps.sql, client.id)
  if (engine === null || !engine.assertions) {
    const { subject } = client
    const next =
      engine === null ? `headgate engine add ${subject}` : `headgate engine set ${subject} --assertions`
    throw new HeadgateError(
      'unauthorized-client',
      `The client ${subject} may not name users in assertions. Allow it: ${next}`,
    )
  }
  checkEngine(engine, issuedAt)
  return engine
}

/**
 * Returns the method by which the user signed in at the engine. The engine states it in a claim of the
 * assertion, and the audit event contains it.
 */
function parseMethod(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\x20-\x7e]{1,64}$/.test(value) ? value : undefined
}
