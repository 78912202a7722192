import {
  type GrantableLocation,
  grantLocation as grant,
  revokeLocation as revoke,
} from '../catalog/granted-locations.ts'
import type { FoundNamespace } from '../catalog/namespaces.ts'
import type { DirectoryDeps } from './deps.ts'
import { changePolicy, type RequestedChange } from './policy-change.ts'

export { listNamespaceLocations } from '../store/namespace-locations.ts'

/**
 * Grants a location that contains files to a namespace, so that tables of the namespace may use the location. Returns
 * false if the location was granted before.
 *
 * The policy gets a new version, so that a request that was authorized before a revocation cannot commit after the
 * revocation.
 */
export function grantLocation(
  deps: Pick<DirectoryDeps, 'sql' | 'policies'>,
  change: RequestedChange,
  namespace: FoundNamespace,
  location: GrantableLocation,
): Promise<boolean> {
  return changePolicy(deps, change, (tx) => grant(tx, namespace, location))
}

/** Revokes the grant of exactly this location to a namespace. Returns false if the location is not granted. */
export function revokeLocation(
  deps: Pick<DirectoryDeps, 'sql' | 'policies'>,
  change: RequestedChange,
  namespace: FoundNamespace,
  location: string,
): Promise<boolean> {
  return changePolicy(deps, change, (tx) => revoke(tx, namespace, location))
}
