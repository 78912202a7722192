import { bitsOn } from '../access/decide.ts'
import type { Policy } from '../access/policy.ts'
import { holds } from '../access/privilege-bits.ts'
import type { Chain, ObjectNames, Privilege } from '../access/privilege.ts'
import { type NamedSecurableRow, nameSecurables } from '../store/explanations.ts'
import { levelsOf } from '../store/namespaces.ts'
import type { Queryable } from '../store/sql.ts'

/** Returns the object of a chain and those above it, the object first. The server has no row. */
export async function objectsAlong(sql: Queryable, chain: Chain): Promise<readonly NamedSecurableRow[]> {
  return (await nameSecurables(sql, chain.ids)).toSorted((a, b) => depthOf(b) - depthOf(a))
}

/**
 * Returns those of the objects on which the caller holds the privilege.
 *
 * @param objects of one chain, the object first
 */
export function heldAlong(
  policy: Policy,
  chain: Chain,
  objects: readonly NamedSecurableRow[],
  privilege: Privilege,
): readonly NamedSecurableRow[] {
  return objects.filter((object, index) => {
    const above = objects.slice(index)
    const place = {
      ids: above.map(({ id }) => id),
      owners: above.map(({ ownerId }) => ownerId),
      names: namesOf(object, chain.names),
    }
    return holds(bitsOn(policy, place, privilege), privilege)
  })
}

function namesOf({ kind, name }: NamedSecurableRow, names: ObjectNames): ObjectNames {
  if (kind === 'relation') return names
  return { ...names, namespace: kind === 'namespace' ? levelsOf(name) : null, relation: null }
}

/** The larger, the deeper. */
function depthOf({ kind, name }: NamedSecurableRow): number {
  if (kind === 'relation') return Infinity
  return kind === 'warehouse' ? 0 : levelsOf(name).length
}
