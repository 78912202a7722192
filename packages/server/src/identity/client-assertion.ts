import { findFederatedClient } from '../store/client-federations.ts'
import type { Queryable } from '../store/sql.ts'
import { useAssertion } from '../store/used-assertions.ts'
import type { ClientCheck } from './client-secret.ts'
import type { ExternalTokens } from './external.ts'
import type { ProvenIdentity, Principal, Proof } from '../proven-identity.ts'
import { peek } from './peek.ts'
import { checkSignedAssertion } from './signed-assertion.ts'

export interface AssertionDeps {
  readonly sql: Queryable
  /** Issuer of the token endpoint: the only accepted `aud` of assertions that clients sign themselves. */
  readonly issuer: string
  /** Verifies tokens of other issuers, with which workloads authenticate. Null: no issuer is configured. */
  readonly external: ExternalTokens | null
}

/**
 * Authenticates a client by a JWT (RFC 7523 section 2.2): an assertion that it signed with a registered key,
 * which is accepted once, or a token that its platform issued, such as that of a Kubernetes service account.
 */
export async function checkClientAssertion(
  deps: AssertionDeps,
  assertion: string,
  nowMs: number,
): Promise<ClientCheck> {
  const issuer = peek(assertion)?.claims['iss']
  const { external } = deps
  if (external !== null && typeof issuer === 'string' && external.issuers.has(issuer))
    return checkFederated(deps.sql, external, assertion, nowMs)
  return checkOwn(deps, assertion, nowMs)
}

async function checkOwn(deps: AssertionDeps, assertion: string, nowMs: number): Promise<ClientCheck> {
  const check = await checkSignedAssertion(deps.sql, assertion, { audience: deps.issuer, now: nowMs })
  if (!check.ok) return { ok: false, reason: check.reason, clientId: null, message: check.message }
  const { client, subject, id, expiresAt } = check.value
  const clientId = client.subject
  if (subject !== clientId) {
    const message = 'The iss and the sub of a client assertion must both be the client id.'
    return { ok: false, reason: 'sub is not the client id', clientId, message }
  }
  if (!(await useAssertion(deps.sql, { issuer: `client ${client.id}`, id, expiresAt }))) {
    const message =
      'The client assertion was used before. Sign a new assertion with a new jti for each request.'
    return { ok: false, reason: 'used before', clientId, message }
  }
  return proven(client, 'client-key', nowMs)
}

async function checkFederated(
  sql: Queryable,
  external: ExternalTokens,
  assertion: string,
  nowMs: number,
): Promise<ClientCheck> {
  const verified = await external.verify(assertion, 'client')
  if (!verified.ok) return { ok: false, reason: verified.reason, clientId: null, message: verified.message }
  const { issuer, subject } = verified.value
  const client = await findFederatedClient(sql, issuer, subject)
  if (client === null) {
    const message = `The token is valid, but its subject is not registered for a client. Register it with: headgate principal federation add CLIENT ${issuer} ${subject}`
    return { ok: false, reason: 'unknown client', clientId: subject, message }
  }
  if (!client.enabled) return { ok: false, reason: 'disabled', clientId: client.subject }
  return proven(client, 'client-federation', nowMs)
}

function proven({ id, issuer, subject, name }: Principal, method: Proof, nowMs: number): ClientCheck {
  const identity: ProvenIdentity = {
    principal: { id, issuer, subject, name },
    actors: [],
    method,
    expiresAt: null,
    issuedAt: nowMs,
  }
  return { ok: true, identity, clientId: subject }
}
