import { bitsOn, decide, decidePassage, mayHold } from '../access/decide.ts'
import type { Policies } from '../access/policies.ts'
import type { Policy } from '../access/policy.ts'
import { holds } from '../access/privilege-bits.ts'
import { enforce, type RefusedObject } from '../access/refuse.ts'
import type { Privilege } from '../privilege.ts'
import { policyVersion } from '../store/policies.ts'
import { isAnyInWarehouse } from '../store/warehouse-contents.ts'
import type { Caller } from './caller.ts'
import type { CatalogDeps } from './deps.ts'
import { missingWarehouse } from './existing.ts'
import { type Warehouse, warehouseChain } from './warehouses.ts'

type AdmitDeps = Pick<CatalogDeps, 'sql'> & { readonly policies: Policies }

/**
 * Requires that the caller has `use` on a warehouse, or a privilege on an object in it. Called before the
 * server parses the body of a request whose path names only the warehouse. Decides with the cached policy of
 * the caller. If the cached policy refuses the request, decides again with the current policy in the
 * database.
 *
 * @returns the policy with which the request was allowed
 * @throws HeadgateError of a missing warehouse when the request is refused
 */
export async function authorizeInWarehouse(
  deps: AdmitDeps,
  caller: Caller,
  warehouse: Warehouse,
): Promise<Policy> {
  const chain = warehouseChain(warehouse)
  if (decidePassage(caller.policy, chain).outcome === 'allow') return caller.policy
  const policy = await currentPolicy(deps, caller)
  const decision = decidePassage(policy, chain)
  if (decision.outcome !== 'allow') {
    caller.audit.object = warehouse.name
    caller.audit.privilege = 'use'
  }
  enforce(decision, toRefused(warehouse))
  return policy
}

/**
 * Decides whether the server reads a large body of a request whose path names only the warehouse. The caller
 * must hold one of `privileges` on the warehouse or on an object in it. Ownership of an object is not
 * sufficient.
 *
 * @throws HeadgateError when the caller holds none of the privileges
 */
export async function admitInWarehouse(
  deps: AdmitDeps,
  caller: Caller,
  warehouse: Warehouse,
  privileges: readonly [Privilege, ...Privilege[]],
): Promise<void> {
  const policy = await authorizeInWarehouse(deps, caller, warehouse)
  if (await holdsAny(deps, policy, warehouse, privileges)) return
  const current = await currentPolicy(deps, caller)
  if (await holdsAny(deps, current, warehouse, privileges)) return
  const chain = warehouseChain(warehouse)
  enforce({ ...decide(current, chain, privileges[0]), outcome: 'deny' }, toRefused(warehouse))
}

async function holdsAny(
  { sql }: AdmitDeps,
  policy: Policy,
  warehouse: Warehouse,
  privileges: readonly Privilege[],
): Promise<boolean> {
  const chain = warehouseChain(warehouse)
  const sought = privileges.filter((privilege) => mayHold(policy, chain, privilege))
  const holdsOne = (bits: number): boolean => sought.some((privilege) => holds(bits, privilege))
  if (holdsOne(bitsOn(policy, chain))) return true
  const ids = [...policy.grants].filter(([, bits]) => holdsOne(bits)).map(([id]) => id)
  return ids.length > 0 && isAnyInWarehouse(sql, warehouse.id, ids)
}

async function currentPolicy({ sql, policies }: AdmitDeps, { identity }: Caller): Promise<Policy> {
  return policies.get(identity, await policyVersion(sql))
}

function toRefused({ name }: Warehouse): RefusedObject {
  return { kind: 'warehouse', name, missing: () => missingWarehouse(name) }
}
