import type { OpenOperation } from '../http/open-operation.ts'
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
import { openapiOperations } from './openapi.ts'
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

/** Returns what the router takes, without {@link ManagementApi.document}. */
export function managementRoutes(
  parts: ManagementParts,
  more: readonly ManagementOperation[] = [],
): readonly Operation[] {
  return managementApi(parts, more).routes
}

export interface ManagementApi {
  readonly routes: readonly Operation[]
  /** `/openapi.json`, for which no token is needed. */
  readonly document: OpenOperation
}

/** @param more operations of other modules that belong to this interface */
export function managementApi(
  parts: ManagementParts,
  more: readonly ManagementOperation[] = [],
): ManagementApi {
  // They all move the policy, so that of several at once one alone gets through.
  const own = managementOperations(parts).map((one) => ({ ...one, takesTurns: one.method !== 'GET' }))
  const operations = [...own, ...more]
  const { operation, open } = openapiOperations(operations)
  return { routes: [...operations, operation], document: open }
}
