import type { Operation } from '../http/operation.ts'
import type { ManagementParts } from './administer.ts'
import { auditOperations } from './audit.ts'
import { checkOperations } from './check-access.ts'
import { clientFederationOperations } from './client-federations.ts'
import { clientKeyOperations } from './client-keys.ts'
import type { ManagementOperation } from './define.ts'
import { engineOperations } from './engines.ts'
import { explainOperations } from './explain-access.ts'
import { grantListOperations } from './grant-lists.ts'
import { grantOperations } from './grants.ts'
import { groupOperations } from './groups.ts'
import { openapiOperation } from './openapi.ts'
import { principalStateOperations } from './principal-state.ts'
import { principalOperations } from './principals.ts'
import { roleMemberOperations } from './role-members.ts'
import { roleOperations } from './roles.ts'
import { secretOperations } from './secrets.ts'
import { whoCanOperations } from './who-can.ts'
import { whoamiOperations } from './whoami.ts'

/** Every operation of the management interface but its description. */
export function managementOperations(parts: ManagementParts): readonly ManagementOperation[] {
  return [
    ...principalOperations(parts),
    ...principalStateOperations(parts),
    ...secretOperations(parts),
    ...clientKeyOperations(parts),
    ...clientFederationOperations(parts),
    ...engineOperations(parts),
    ...roleOperations(parts),
    ...roleMemberOperations(parts),
    ...groupOperations(parts),
    ...grantOperations(parts),
    ...grantListOperations(parts),
    ...whoamiOperations(parts),
    ...explainOperations(parts),
    ...checkOperations(parts),
    ...whoCanOperations(parts),
    ...auditOperations(parts),
  ]
}

/** What the router takes. `more` are operations of other rooms that belong to this interface. */
export function managementRoutes(
  parts: ManagementParts,
  more: readonly ManagementOperation[] = [],
): readonly Operation[] {
  // They all move the policy, so that of several at once one alone gets through.
  const own = managementOperations(parts).map((one) => ({ ...one, takesTurns: one.method !== 'GET' }))
  const operations = [...own, ...more]
  return [...operations, openapiOperation(operations)]
}
