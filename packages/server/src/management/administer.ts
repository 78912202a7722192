import type { Decision } from '../access/decision.ts'
import { decide, serverChain } from '../access/decide.ts'
import type { Policies } from '../access/policies.ts'
import { enforce, type RefusedObject } from '../access/refuse.ts'
import { type Chain, type Privilege, serverId } from '../access/privilege.ts'
import { Stale } from '../catalog/stale.ts'
import type { Call } from '../http/operation.ts'
import type { PageTokens } from '../keys/page-tokens.ts'
import { bumpPolicyFrom, policyVersion } from '../store/policies.ts'
import { writeRiders } from '../store/riders.ts'
import type { Queryable, Sql } from '../store/sql.ts'
import { refuseActing } from './acting.ts'
import { ridersFor } from './permit.ts'

/** What management operations are made of. */
export interface ManagementParts {
  readonly sql: Sql
  readonly policies: Policies
  readonly pageTokens: PageTokens
  /** The configured issuers whose tokens are taken besides ours. */
  readonly issuers: ReadonlySet<string>
}

/** The caller must have `manage` on the server. */
export function administerServer(call: Call): Decision {
  call.audit.securable = { kind: 'server', id: serverId }
  return administer(call, serverChain, { kind: 'server', name: 'server' })
}

/**
 * Requires the privilege on the object, and a caller in person: a session in which an engine acts for the caller
 * administers only if the engine's entry allows it.
 */
export function administer(
  call: Call,
  chain: Chain,
  object: RefusedObject,
  privilege: Privilege = 'manage',
): Decision {
  call.audit.privilege = privilege
  const decision = decide(call.policy, chain, privilege)
  enforce(decision, object)
  refuseActing(call)
  return decision
}

/**
 * Makes a change of principals, roles or grants: the policy gets a new version, and the change, its audit event and
 * the news of it are committed together. Throws `Stale` when the policy moved since the decision: then whoever decided
 * may have lost the right, and the operation starts again.
 */
export async function changePolicy<T>(
  parts: { readonly sql: Sql; readonly policies: Pick<Policies, 'saw'> },
  call: Call,
  decision: Decision,
  work: (tx: Queryable) => Promise<T>,
): Promise<T> {
  let committed = 0
  const done = await parts.sql.transaction(async (tx) => {
    const version = await bumpPolicyFrom(tx, decision.policyVersion)
    if (version === null) {
      parts.policies.saw(await policyVersion(tx))
      throw new Stale()
    }
    committed = version
    const done = await work(tx)
    await writeRiders(tx, ridersFor(call, decision))
    return done
  })
  // The news of it takes a moment. Whoever has the answer must find the change in force here.
  parts.policies.saw(committed)
  return done
}
