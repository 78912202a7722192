import { HeadgateError } from '@headgate/errors'
import { decide, serverChain } from '../access/decide.ts'
import type { Policy } from '../access/policy.ts'
import type { RefusedObject } from '../access/refuse.ts'
import type { Call } from '../http/operation.ts'
import type { Identity } from '../identity/identity.ts'
import type { SecurableRow } from '../store/grants.ts'
import { isNamedInGrants } from '../store/named-principals.ts'
import { administer, administerServer, type ManagementParts } from './administer.ts'
import { type AskedAbout, identityOf, isOwn } from './asked-about.ts'
import { heldAlong, objectsAlong } from './objects-above.ts'

/** Whose rights are asked for, and what the caller may learn of them. */
export interface AskedPolicy {
  readonly identity: Identity
  readonly policy: Policy
}

/**
 * Returns the policy of those who are asked about.
 *
 * - Callers ask about themselves on every object that they see.
 * - Holders of `manage` on the server ask about every principal and engine.
 * - Other holders of `manage` on the object ask about the principals that own, or that grants name on, the objects that they
 *   manage. Whether such a principal is disabled, or an engine, makes no difference to what they learn.
 *
 * @throws HeadgateError `forbidden`; `no-such-object` for a principal that is missing or that the caller may not ask about
 */
export async function askedPolicy(
  { sql, policies }: ManagementParts,
  asked: AskedAbout,
  row: SecurableRow,
  object: RefusedObject,
  call: Call,
): Promise<AskedPolicy> {
  if (isOwn(asked, call)) {
    return { identity: call.identity, policy: await policies.get(call.identity, row.policyVersion) }
  }
  administer(call, row.chain, object)
  if (administersPrincipals(call)) {
    const identity = await identityOf(sql, asked, call)
    return { identity, policy: await policies.get(identity, row.policyVersion) }
  }
  // What an entry lets an engine do is for administrators.
  if (asked.engine !== undefined) administerServer(call)
  const identity = await identityOf(sql, asked, call)
  const { id } = identity.principal
  const managed = heldAlong(call.policy, row.chain, await objectsAlong(sql, row.chain), 'manage')
  const isSeen =
    managed.some(({ ownerId }) => ownerId === id) ||
    (await isNamedInGrants(
      sql,
      managed.map((each) => each.id),
      id,
    ))
  if (!isSeen) throw new HeadgateError('no-such-object', `There is no principal ${asked.principal ?? ''}.`)
  return { identity, policy: await policies.ofRights(id) }
}

/** Returns true when the caller may list principals and learn their state. */
export function administersPrincipals({ policy }: Pick<Call, 'policy'>): boolean {
  return decide(policy, serverChain, 'manage').outcome === 'allow'
}
