import type { Chain, ObjectNames } from '../privilege.ts'

/**
 * Returns the privilege chain of a relation (a table or view): the relation itself, then its namespaces, its warehouse
 * and the server.
 *
 * @param above privilege chain of the namespace that contains the relation
 */
export function relationChain(
  above: Chain,
  id: string,
  ownerId: string,
  relation: NonNullable<ObjectNames['relation']>,
): Chain {
  return {
    ids: [id, ...above.ids],
    owners: [ownerId, ...above.owners],
    names: { ...above.names, relation },
  }
}

/** Ids and owners of a namespace and its parent namespaces. The outermost namespace is first. */
export interface Lineage {
  readonly lineage: readonly string[]
  readonly owners: readonly string[]
}

/**
 * Returns the privilege chain of a namespace: the namespace itself, then its parents, its warehouse and the server.
 *
 * @param levels names of the parent namespaces and of the namespace, the outermost first
 */
export function namespaceChain(
  { lineage, owners }: Lineage,
  warehouse: Chain,
  levels: readonly string[],
): Chain {
  return {
    ids: [...lineage.toReversed(), ...warehouse.ids],
    owners: [...owners.toReversed(), ...warehouse.owners],
    names: { ...warehouse.names, namespace: levels },
  }
}
