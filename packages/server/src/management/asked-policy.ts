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

/** Identity whose rights a caller requests, with its policy. */
export interface AskedPolicy {
  readonly identity: ProvenIdentity
  readonly policy: Policy
}

/**
 * Returns the policy of the principal and engine whose rights the caller requests.
 *
 * - Every caller may request its own rights on every object that it may see.
 * - Holders of `manage` on the server may request the rights of every principal and engine.
 * - Other holders of `manage` on the object may request the rights of principals that own, or have a grant on,
 *   an object that they manage. The result does not reveal whether such a principal is disabled or an engine.
 *
 * @throws HeadgateError `forbidden`; `no-such-object` for a principal that does not exist or whose rights the
 *   caller may not request
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
  // Only administrators of the server may learn the limits in an engine entry.
  if (asked.engine !== undefined) administerServer(call)
  const identity = await findAskedIdentity(sql, asked, call)
  const { id } = identity.principal
  const managed = filterHeld(call.policy, row.chain, await listChainObjects(sql, row.chain), 'manage')
  if (!(await isNamedOn(sql, managed, id)))
    throw new HeadgateError('no-such-object', `There is no principal ${asked.principal ?? ''}.`)
  return { identity, policy: await policies.ofRights(id) }
}
