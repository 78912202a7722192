import { bitsOn, decide, decidePassage, mayHold } from '../access/decide.ts'
import type { Policy } from '../access/policy.ts'
import type { Privilege } from '../access/privilege.ts'
import { holds } from '../access/privilege-bits.ts'
import { enforce, type RefusedObject } from '../access/refuse.ts'
import { placeOf } from '../catalog/target.ts'
import { type Warehouse, warehouseChain } from '../catalog/warehouses.ts'
import type { Call } from '../http/operation.ts'
import { policyVersion } from '../store/policies.ts'
import { isAnyInWarehouse } from '../store/warehouse-contents.ts'
import { allowRelation, findNamespace, lookUp, missingWarehouse, policyOf, warehouseOf } from './find.ts'
import { namespaceParam, relationParam } from './names.ts'
import type { IcebergParts } from './parts.ts'

/**
 * Requires `use` on a warehouse, or a way through it, before the body of a request is parsed whose path names nothing
 * else. Decides with the caller's policy, and if that refuses, with the policy as it is in the store now.
 *
 * @throws HeadgateError of a missing warehouse
 */
export async function allowInWarehouse(
  parts: IcebergParts,
  call: Call,
  warehouse: Warehouse,
): Promise<Policy> {
  const chain = warehouseChain(warehouse)
  if (decidePassage(call.policy, chain).outcome === 'allow') return call.policy
  const policy = await currentPolicy(parts, call)
  const decision = decidePassage(policy, chain)
  if (decision.outcome !== 'allow') {
    call.audit.object = warehouse.name
    call.audit.privilege = 'use'
  }
  enforce(decision, refused(warehouse))
  return policy
}

/**
 * Admits a large body to an operation whose path names only the warehouse: the caller must hold one of `privileges` on
 * the warehouse or on something in it. Ownership alone does not count.
 */
export async function admitInWarehouse(
  parts: IcebergParts,
  call: Call,
  privileges: readonly [Privilege, ...Privilege[]],
): Promise<void> {
  const warehouse = await warehouseOf(parts, call)
  const policy = await allowInWarehouse(parts, call, warehouse)
  if (await holdsAny(parts, policy, warehouse, privileges)) return
  const current = await currentPolicy(parts, call)
  if (await holdsAny(parts, current, warehouse, privileges)) return
  const chain = warehouseChain(warehouse)
  enforce({ ...decide(current, chain, privileges[0]), outcome: 'deny' }, refused(warehouse))
}

async function holdsAny(
  parts: IcebergParts,
  policy: Policy,
  warehouse: Warehouse,
  privileges: readonly Privilege[],
): Promise<boolean> {
  const chain = warehouseChain(warehouse)
  const sought = privileges.filter((privilege) => mayHold(policy, chain, privilege))
  const holdsOne = (bits: number): boolean => sought.some((privilege) => holds(bits, privilege))
  if (holdsOne(bitsOn(policy, chain))) return true
  const ids = [...policy.grants].filter(([, bits]) => holdsOne(bits)).map(([id]) => id)
  return ids.length > 0 && isAnyInWarehouse(parts.sql, warehouse.id, ids)
}

/** Admits a large commit: `modify` on the relation, or `create` on its namespace for the commit that creates a table. */
export async function admitCommit(parts: IcebergParts, call: Call, kind: 'table' | 'view'): Promise<void> {
  const at = { warehouse: await warehouseOf(parts, call), identifier: relationParam(parts, call, kind) }
  const found = await lookUp(parts, at, 'none')
  const place = placeOf(at.warehouse, at.identifier, found.resolved)
  if (kind === 'table' && place !== null) {
    const policy = await policyOf(parts, call, found.resolved.policyVersion)
    if (decide(policy, place.namespaceChain, 'create').outcome === 'allow') return
  }
  await allowRelation(parts, call, found, kind, 'modify')
}

/** Admits a large body about the namespace of the path. */
export async function admitInNamespace(
  parts: IcebergParts,
  call: Call,
  privilege: 'create' | 'modify',
): Promise<void> {
  const warehouse = await warehouseOf(parts, call)
  await findNamespace(parts, call, warehouse, namespaceParam(parts, call), privilege)
}

async function currentPolicy(parts: IcebergParts, { identity }: Call): Promise<Policy> {
  return parts.policies.get(identity, await policyVersion(parts.sql))
}

function refused({ name }: Warehouse): RefusedObject {
  return { kind: 'warehouse', name, missing: () => missingWarehouse(name) }
}
