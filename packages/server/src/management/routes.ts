import { retryMoved } from '../catalog/commit/retry-moved.ts'
import { toOutcome } from '../catalog/stale.ts'
import type { OpenOperation } from '../operation/open-operation.ts'
import type { Operation } from '../operation/operation.ts'
import { Mutex } from '../concurrency/mutex.ts'
import type { ManagementDeps } from './administer.ts'
import { accessKeyOperations } from './access-keys.ts'
import { auditOperations } from './audit.ts'
import { checkOperations } from './check-access.ts'
import { clientFederationOperations } from './client-federations.ts'
import { clientKeyOperations } from './client-keys.ts'
import { consoleSessionOperations } from './console-sessions.ts'
import type { ManagementOperation } from './define.ts'
import { engineOperations } from './engines.ts'
import { explainEventOperations } from './explain-event.ts'
import { explainOperations } from './explain-access.ts'
import { grantListOperations } from './grant-lists.ts'
import { grantOperations } from './grants.ts'
import { groupOperations } from './groups.ts'
import { issuerOperations } from './issuers.ts'
import { jobOperations } from './jobs.ts'
import { openapiOperations } from './openapi.ts'
import { principalOperations, principalStateOperations } from './principals.ts'
import { registerPrincipalOperations } from './register-principal.ts'
import { roleMemberOperations } from './role-members.ts'
import { roleOperations } from './roles.ts'
import { secretOperations } from './secrets.ts'
import { storageAccessOperations } from './storage-access.ts'
import { whoCanOperations } from './who-can.ts'
import { whoamiOperations } from './whoami.ts'

/** Returns the operations for principals, roles, grants and audit events, which need only `ManagementDeps`. */
export function managementOperations(deps: ManagementDeps): readonly ManagementOperation[] {
  return [
    ...principalOperations(deps),
    ...registerPrincipalOperations(deps),
    ...principalStateOperations(deps),
    ...secretOperations(deps),
    ...clientKeyOperations(deps),
    ...accessKeyOperations(deps),
    ...clientFederationOperations(deps),
    ...engineOperations(deps),
    ...roleOperations(deps),
    ...roleMemberOperations(deps),
    ...groupOperations(deps),
    ...issuerOperations(deps),
    ...jobOperations(deps),
    ...grantOperations(deps),
    ...grantListOperations(deps),
    ...whoamiOperations(deps),
    ...explainOperations(deps),
    ...checkOperations(deps),
    ...whoCanOperations(deps),
    ...auditOperations(deps),
    ...explainEventOperations(deps),
    ...storageAccessOperations(deps),
    ...consoleSessionOperations(deps),
  ]
}

/** Returns the operations of the management API for the router, without {@link ManagementApi.document}. */
export function managementRoutes(
  deps: ManagementDeps,
  more: readonly ManagementOperation[] = [],
): readonly Operation[] {
  return managementApi(deps, more).routes
}

export interface ManagementApi {
  readonly routes: readonly Operation[]
  /** Operation `/openapi.json`, which requires no token. */
  readonly document: OpenOperation
}

/**
 * Returns all operations of the management API, and its OpenAPI document.
 *
 * @param more operations of other modules that belong to this API
 */
export function managementApi(
  deps: ManagementDeps,
  more: readonly ManagementOperation[] = [],
): ManagementApi {
  // Every change of principals, roles or grants replaces the policy version, so only one of several concurrent
  // changes succeeds at its first attempt. A queue avoids these retries.
  const changes = new Mutex()
  const own = managementOperations(deps).map((one) =>
    retried(one, one.method === 'GET' ? undefined : changes),
  )
  const operations = [...own, ...more.map((one) => retried(one))]
  const { operation, open } = openapiOperations(operations)
  return { routes: [...operations, operation], document: open }
}

/** Returns an operation that retries its attempts when they fail because of a concurrent change; see `retryMoved`. */
function retried(operation: ManagementOperation, queue?: Mutex): ManagementOperation {
  return {
    ...operation,
    handle: (call) => retryMoved(call, () => toOutcome(() => operation.handle(call)), queue),
  }
}
