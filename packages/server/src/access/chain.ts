import type { Chain } from './privilege.ts'

/** Where an object stands that lies right below the head of `above`. */
export function chainBelow(above: Chain, id: string, ownerId: string): Chain {
  return { ids: [id, ...above.ids], owners: [ownerId, ...above.owners] }
}

/** The ids and owners of the namespaces around an object and its own, as the store keeps them: the outermost first. */
export interface Lineage {
  readonly lineage: readonly string[]
  readonly owners: readonly string[]
}

/** Where a namespace of a warehouse stands. */
export function namespaceChain({ lineage, owners }: Lineage, warehouse: Chain): Chain {
  return {
    ids: [...lineage.toReversed(), ...warehouse.ids],
    owners: [...owners.toReversed(), ...warehouse.owners],
  }
}
