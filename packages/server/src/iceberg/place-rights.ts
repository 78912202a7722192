import { administersStorage } from '../access/administers-storage.ts'
import type { Decision } from '../access/decision.ts'
import type { Chain } from '../access/privilege.ts'
import type { PlaceRights } from '../catalog/chosen-places.ts'
import type { Call } from '../http/operation.ts'
import { policyOf } from './find.ts'
import type { IcebergParts } from './parts.ts'

/**
 * Returns a function that decides what the caller may do with a location that it chose. Commits that choose none never
 * call it.
 *
 * @param chain of the relation, or of the namespace of a new one
 */
export function placeRightsOf(
  parts: IcebergParts,
  call: Call,
  chain: Chain,
  { policyVersion }: Pick<Decision, 'policyVersion'>,
): () => Promise<PlaceRights> {
  return async () => ({
    administersStorage: administersStorage(await policyOf(parts, call, policyVersion), chain),
    namespaceIds: chain.ids,
  })
}
