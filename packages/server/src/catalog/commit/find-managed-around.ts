import { namespaceChain, relationChain } from '../../access/chain.ts'
import { decide } from '../../access/decide.ts'
import type { Policy } from '../../access/policy.ts'
import { splitLevels } from '../../namespace-path.ts'
import type { Chain } from '../../privilege.ts'
import { findRelationsAround } from '../../store/location-claims.ts'
import { findRelationState } from '../../store/relation-state.ts'
import type { Sql } from '../../store/sql.ts'
import { claimFor } from '../locations.ts'
import { lookUpDropped } from '../undrop.ts'
import { type Warehouse, warehouseChain } from '../warehouses.ts'

/**
 * Returns the ids of the relations, including dropped relations, whose locations contain a file and on which
 * the caller has `manage`.
 */
export async function findManagedAround(
  { sql }: { readonly sql: Sql },
  policy: Policy,
  warehouse: Warehouse,
  location: string,
): Promise<string[]> {
  const { ancestors } = claimFor(warehouse, [location])
  const ids = await findRelationsAround(sql, ancestors)
  const chains = await Promise.all(ids.map((id) => findChain(sql, warehouse, id)))
  return ids.filter((_, index) => {
    const chain = chains[index] ?? null
    return chain !== null && decide(policy, chain, 'manage').outcome === 'allow'
  })
}

async function findChain(sql: Sql, warehouse: Warehouse, id: string): Promise<Chain | null> {
  const { relation } = await findRelationState(sql, {
    relationId: id,
    warehouseId: warehouse.id,
    name: null,
  })
  if (relation === null) return null
  const { namespace } = relation
  if (namespace === null) return (await lookUpDropped(sql, warehouse, id))?.chain ?? null
  const above = namespaceChain(namespace, warehouseChain(warehouse), splitLevels(namespace.path))
  return relationChain(above, id, relation.ownerId, relation)
}
