import { HeadgateError } from '@headgate/errors'
import { checkClientAssertion } from '../identity/client-assertion.ts'
import { checkClientSecret } from '../identity/client-secret.ts'
import type { Identity } from '../identity/identity.ts'
import { type EngineRow, findEngine } from '../store/engines.ts'
import type { ClientProof } from './client-authentication.ts'
import { invalidAssertion, invalidClient } from './token-errors.ts'
import type { TokenParts } from './token-parts.ts'

/** A client that proved itself now. */
export interface Client {
  readonly identity: Identity
  readonly clientId: string
}

/**
 * Who the client is, by its secret or its assertion.
 *
 * @throws HeadgateError `invalid-client`
 */
export async function authenticateClient(parts: TokenParts, proof: ClientProof | null): Promise<Client> {
  if (proof === null || proof.kind === 'bearer') {
    throw new HeadgateError(
      'invalid-client',
      'The client must authenticate: send client_id and client_secret, a Basic header, or a client_assertion.',
    )
  }
  if (proof.kind === 'secret') {
    const check = await checkClientSecret(parts.sql, proof.id, proof.secret, parts.now())
    if (!check.ok) throw invalidClient(check.reason)
    return check
  }
  const { issuer } = parts.sessions.settings
  const tokens = parts.external?.tokens ?? null
  const check = await checkClientAssertion(
    { sql: parts.sql, issuer, external: tokens },
    proof.assertion,
    parts.now(),
  )
  if (!check.ok) throw invalidAssertion(check.reason, check.told)
  if (proof.id !== null && proof.id !== check.clientId)
    throw invalidAssertion('another client_id', 'The client_id is not the one of the client_assertion.')
  return check
}

/**
 * The entry of a client that acts for users.
 *
 * @throws HeadgateError `unauthorized-client` when it is not registered as an engine
 */
export async function engineOf(
  { sql }: TokenParts,
  { identity }: Pick<Client, 'identity'>,
): Promise<EngineRow> {
  const engine = await findEngine(sql, identity.principal.id)
  if (engine !== null) return engine
  const { subject } = identity.principal
  throw new HeadgateError(
    'unauthorized-client',
    `The client ${subject} is not registered as an engine, so it acts for nobody: headgate engine add ${subject}`,
  )
}
