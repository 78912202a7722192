import { HeadgateError } from '@headgate/errors'
import { checkClientAssertion } from '../identity/client-assertion.ts'
import { checkClientSecret } from '../identity/client-secret.ts'
import type { ProvenIdentity } from '../proven-identity.ts'
import { type EngineRow, findEngine } from '../directory/engines.ts'
import type { ClientProof } from './client-authentication.ts'
import { invalidAssertion, invalidClient } from './token-errors.ts'
import type { TokenDeps } from './token-deps.ts'

/** Client that the current token request has authenticated. */
export interface Client {
  readonly identity: ProvenIdentity
  readonly clientId: string
}

/**
 * Verifies the client secret or the client assertion of a token request and returns the client.
 *
 * @throws HeadgateError `invalid-client`
 */
export async function authenticateClient(deps: TokenDeps, proof: ClientProof | null): Promise<Client> {
  if (proof === null || proof.kind === 'bearer') {
    throw new HeadgateError(
      'invalid-client',
      'The client must authenticate: send client_id and client_secret, a Basic header, or a client_assertion.',
    )
  }
  if (proof.kind === 'secret') {
    const check = await checkClientSecret(deps.sql, proof.id, proof.secret, deps.now())
    if (!check.ok) throw invalidClient(check.reason)
    return check
  }
  const { issuer } = deps.sessions.settings
  const tokens = deps.external?.tokens ?? null
  const check = await checkClientAssertion(
    { sql: deps.sql, issuer, external: tokens },
    proof.assertion,
    deps.now(),
  )
  if (!check.ok) throw invalidAssertion(check.reason, check.message)
  if (proof.id !== null && proof.id !== check.clientId)
    throw invalidAssertion(
      'another client_id',
      'The client_id differs from the client id in the client_assertion: send the same client id, or omit the parameter client_id.',
    )
  return check
}

/**
 * Returns the engine entry of a client. Only clients with an engine entry may request tokens of users.
 *
 * @throws HeadgateError `unauthorized-client` when the client is not registered as an engine
 */
export async function requireEngine(
  { sql }: TokenDeps,
  { identity }: Pick<Client, 'identity'>,
): Promise<EngineRow> {
  const engine = await findEngine(sql, identity.principal.id)
  if (engine !== null) return engine
  const { subject } = identity.principal
  throw new HeadgateError(
    'unauthorized-client',
    `The client ${subject} is not registered as an engine, so it cannot act for users. Register it: headgate engine add ${subject}`,
  )
}
