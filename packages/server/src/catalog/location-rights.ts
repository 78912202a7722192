import { administersStorage } from '../access/administers-storage.ts'
import type { Policy } from '../access/policy.ts'
import type { Chain } from '../privilege.ts'
import type { LocationRights } from './chosen-places.ts'

/**
 * Returns the rights of a caller on a location that the caller chooses.
 *
 * @param chain privilege chain of the relation. For a new relation, the chain of its namespace
 */
export function locationRights(policy: Policy, chain: Chain): LocationRights {
  const administers = administersStorage(policy, chain)
  return { administersStorage: administers, reusesRetired: administers, namespaceIds: chain.ids }
}
