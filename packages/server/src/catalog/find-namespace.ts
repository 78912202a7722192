import type { HeadgateError } from '@headgate/errors'
import { formatNamespace, type Namespace } from '@headgate/iceberg/rest'
import { decide, decidePassage } from '../access/decide.ts'
import type { Policies } from '../access/policies.ts'
import { enforce } from '../access/refuse.ts'
import type { Privilege } from '../privilege.ts'
import type { Authorized } from './authorized.ts'
import { type Caller, policyAt } from './caller.ts'
import type { CatalogDeps } from './deps.ts'
import { missingNamespace } from './existing.ts'
import { missingIn } from './find-warehouse.ts'
import { type FoundNamespace, lookUpNamespace } from './namespaces.ts'
import type { Warehouse } from './warehouses.ts'

/**
 * Finds a namespace on which the caller holds a privilege.
 *
 * @param passage when true, a privilege on an object in the namespace is also sufficient
 * @throws HeadgateError of a missing namespace when it does not exist or the caller may not see it
 */
export async function findNamespace(
  deps: Pick<CatalogDeps, 'sql'> & { readonly policies: Policies },
  caller: Caller,
  warehouse: Warehouse,
  levels: Namespace,
  privilege: Privilege,
  passage: boolean = privilege === 'use',
): Promise<Authorized<FoundNamespace>> {
  const { audit } = caller
  audit.object = `${warehouse.name}:${formatNamespace(levels)}`
  audit.privilege = privilege
  const found = await lookUpNamespace(deps, warehouse, levels)
  const policy = found === null ? caller.policy : await policyAt(deps, caller, found.row.policyVersion)
  const missing = (): HeadgateError => missingIn(policy, warehouse, missingNamespace(levels))
  if (found === null) throw missing()
  audit.securable = { kind: 'namespace', id: found.row.id }
  const decision = passage ? decidePassage(policy, found.chain) : decide(policy, found.chain, privilege)
  enforce(decision, { kind: 'namespace', name: formatNamespace(levels), missing })
  return { found, decision, policy }
}
