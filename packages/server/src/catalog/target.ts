import type { TableIdentifier } from '@headgate/iceberg/rest'
import type { Chain } from '../access/privilege.ts'
import type { Standing } from '../store/relation-writes.ts'
import type { RelationRow, Resolved } from '../store/relations.ts'
import type { Warehouse } from './warehouses.ts'

/** A namespace that was found, with what stands at one name in it. */
export interface Place {
  readonly warehouse: Warehouse
  readonly identifier: TableIdentifier
  readonly namespaceId: string
  readonly namespaceChain: Chain
  readonly relation: RelationRow | null
}

/** A relation that was found. */
export interface Target extends Place {
  readonly relation: RelationRow
  readonly chain: Chain
}

/** Null when the namespace is not there. */
export function placeOf(warehouse: Warehouse, identifier: TableIdentifier, resolved: Resolved): Place | null {
  const { namespace, relation } = resolved
  if (namespace === null) return null
  const namespaceChain = {
    ids: [...elements(namespace.lineage), warehouse.id],
    owners: [...elements(namespace.owners), warehouse.ownerId],
  }
  return { warehouse, identifier, namespaceId: namespace.id, namespaceChain, relation }
}

/** Null when nothing stands there. */
export function targetOf(place: Place): Target | null {
  const { relation, namespaceChain } = place
  if (relation === null) return null
  return {
    ...place,
    relation,
    chain: {
      ids: [relation.id, ...namespaceChain.ids],
      owners: [relation.ownerId, ...namespaceChain.owners],
    },
  }
}

export function standingOf({ relation, namespaceId, identifier }: Target): Standing {
  return { id: relation.id, version: relation.version, namespaceId, name: identifier.name }
}

/** Elements of a PostgreSQL uuid array in its text form: no quoting, no escapes. */
function elements(array: string): string[] {
  return array.length <= 2 ? [] : array.slice(1, -1).split(',')
}
