import type { Chain, ObjectNames } from '../privilege.ts'

/** Returns the chain of a relation in the namespace `above`. */
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

/** The ids and owners of the namespaces around an object and its own, as the store keeps them: the outermost first. */
export interface Lineage {
  readonly lineage: readonly string[]
  readonly owners: readonly string[]
}

/** Returns the chain of a namespace of a warehouse; `levels` are its names. */
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
