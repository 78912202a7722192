import type { HeadgateError } from '@headgate/errors'
import { decide, decideConfig, decidePassage, visible } from '../access/decide.ts'
import type { Decision } from '../access/decision.ts'
import type { Policy } from '../access/policy.ts'
import { enforce } from '../access/refuse.ts'
import type { Privilege } from '../privilege.ts'
import type { Caller } from './caller.ts'
import { missingWarehouse } from './existing.ts'
import { type Warehouse, warehouseChain, type Warehouses } from './warehouses.ts'

/**
 * Returns the error that a caller receives for a missing object: `missing`, or the error for a missing
 * warehouse if the caller may not see the warehouse.
 */
export function missingIn(policy: Policy, warehouse: Warehouse, missing: HeadgateError): HeadgateError {
  return visible(policy, warehouseChain(warehouse)) ? missing : missingWarehouse(warehouse.name)
}

/**
 * Returns a managed warehouse without an authorization decision. The caller of this function must then decide
 * on an object in the warehouse.
 *
 * @throws HeadgateError `no-such-warehouse` when no warehouse has the name, or when it is an upstream
 *   warehouse
 */
export async function getManagedWarehouse(
  { warehouses }: { readonly warehouses: Warehouses },
  name: string,
): Promise<Warehouse> {
  const warehouse = await warehouses.get(name)
  if (warehouse === null || warehouse.kind !== 'managed') throw missingWarehouse(name)
  return warehouse
}

/**
 * Checks that the caller holds a privilege on the warehouse. For `use`, a privilege on an object in the
 * warehouse is also sufficient.
 */
export function authorizeWarehouse(caller: Caller, warehouse: Warehouse, privilege: Privilege): Decision {
  const chain = warehouseChain(warehouse)
  const { policy } = caller
  return enforceOn(
    caller,
    warehouse,
    privilege === 'use' ? decidePassage(policy, chain) : decide(policy, chain, privilege),
  )
}

/** Checks that the caller may read the client configuration of the warehouse. */
export function authorizeConfig(caller: Caller, warehouse: Warehouse): Decision {
  return enforceOn(caller, warehouse, decideConfig(caller.policy, warehouseChain(warehouse)))
}

function enforceOn({ audit }: Caller, warehouse: Warehouse, decision: Decision): Decision {
  const { id, name } = warehouse
  audit.object = name
  audit.privilege = decision.privilege
  audit.securable = { kind: 'warehouse', id }
  enforce(decision, { kind: 'warehouse', name, missing: () => missingWarehouse(name) })
  return decision
}
