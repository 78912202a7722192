import { administersStorage } from '../access/administers-storage.ts'
import type { Policy } from '../access/policy.ts'
import type { Chain } from '../privilege.ts'
import type { LocationRights } from './chosen-places.ts'

/**
 * Returns what a caller may do with a location that it chose.
 *
 * @param chain privilege chain of the relation, or of the namespace for a new relation
 */
export function locationRights(policy: Policy, chain: Chain): LocationRights {
  const administers = administersStorage(policy, chain)
  return { administersStorage: administers, reusesRetired: administers, namespaceIds: chain.ids }
}
