import { type NamedSecurableRow, nameSecurables } from '../store/explanations.ts'
import { isNamedInGrants } from '../store/named-principals.ts'
import { splitLevels } from '../namespace-path.ts'
import type { Chain, ObjectNames, Privilege } from '../privilege.ts'
import type { Queryable } from '../store/sql.ts'
import { bitsOn } from './decide.ts'
import type { Policy } from './policy.ts'
import { holds } from './privilege-bits.ts'

/**
 * An object of a privilege chain, with its name and owner. The chain consists of an object and the objects that contain
 * it.
 */
export type ChainObject = NamedSecurableRow

/**
 * Returns the objects of a privilege chain, ordered from the object itself to its warehouse. The server is not in the
 * result, because it has no row.
 */
export async function listChainObjects(sql: Queryable, chain: Chain): Promise<readonly ChainObject[]> {
  return (await nameSecurables(sql, chain.ids)).toSorted((a, b) => measureDepth(b) - measureDepth(a))
}

/**
 * Returns the objects on which the caller holds the privilege.
 *
 * @param objects of one chain, from the object itself to its warehouse
 */
export function filterHeld(
  policy: Policy,
  chain: Chain,
  objects: readonly ChainObject[],
  privilege: Privilege,
): readonly ChainObject[] {
  return objects.filter((object, index) => {
    const above = objects.slice(index)
    const place = {
      ids: above.map(({ id }) => id),
      owners: above.map(({ ownerId }) => ownerId),
      names: cutNames(object, chain.names),
    }
    return holds(bitsOn(policy, place, privilege), privilege)
  })
}

/** Returns true when the principal owns one of the objects, or when a grant on one of them names the principal. */
export async function isNamedOn(
  sql: Queryable,
  objects: readonly ChainObject[],
  principalId: string,
): Promise<boolean> {
  if (objects.some(({ ownerId }) => ownerId === principalId)) return true
  const ids = objects.map(({ id }) => id)
  return isNamedInGrants(sql, ids, principalId)
}

/**
 * Returns the names that identify one object of a chain: the names of the whole chain, without the names of objects
 * inside this object.
 */
function cutNames({ kind, name }: ChainObject, names: ObjectNames): ObjectNames {
  if (kind === 'relation') return names
  return { ...names, namespace: kind === 'namespace' ? splitLevels(name) : null, relation: null }
}

function measureDepth({ kind, name }: ChainObject): number {
  if (kind === 'relation') return Infinity
  return kind === 'warehouse' ? 0 : splitLevels(name).length
}
