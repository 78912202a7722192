import { HeadgateError } from '@headgate/errors'
import { filterHeld, isNamedOn, listChainObjects } from '../access/chain-objects.ts'
import { managesServer } from '../access/decide.ts'
import type { Policy } from '../access/policy.ts'
import type { RefusedObject } from '../access/refuse.ts'
import type { Call } from '../operation/operation.ts'
import type { ProvenIdentity } from '../proven-identity.ts'
import type { SecurableRow } from '../directory/grants.ts'
import { administer, administerServer, type ManagementDeps } from './administer.ts'
import { type AskedAbout, findAskedIdentity, isOwn } from './asked-about.ts'

/** Identity and policy that a caller asks about. */
export interface AskedPolicy {
  readonly identity: ProvenIdentity
  readonly policy: Policy
}

/**
 * Returns the policy of those who are asked about.
 *
 * - Callers ask about themselves on every object that they see.
 * - Holders of `manage` on the server ask about every principal and engine.
 * - Other holders of `manage` on the object ask about the principals that own, or that grants name on, the objects that
 *   they manage. Whether such a principal is disabled, or an engine, makes no difference to what they learn.
 *
 * @throws HeadgateError `forbidden`; `no-such-object` for a principal that is missing or that the caller may not ask
 *   about
 */
export async function askedPolicy(
  { sql, policies }: ManagementDeps,
  asked: AskedAbout,
  row: SecurableRow,
  object: RefusedObject,
  call: Call,
): Promise<AskedPolicy> {
  if (isOwn(asked, call)) {
    return { identity: call.identity, policy: await policies.get(call.identity, row.policyVersion) }
  }
  administer(call, row.chain, object)
  if (managesServer(call.policy)) {
    const identity = await findAskedIdentity(sql, asked, call)
    return { identity, policy: await policies.get(identity, row.policyVersion) }
  }
  // Only administrators may learn the limits of an engine's entry.
  if (asked.engine !== undefined) administerServer(call)
  const identity = await findAskedIdentity(sql, asked, call)
  const { id } = identity.principal
  const managed = filterHeld(call.policy, row.chain, await listChainObjects(sql, row.chain), 'manage')
  if (!(await isNamedOn(sql, managed, id)))
    throw new HeadgateError('no-such-object', `There is no principal ${asked.principal ?? ''}.`)
  return { identity, policy: await policies.ofRights(id) }
}
