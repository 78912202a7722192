import type { TableIdentifier } from '@headgate/iceberg/rest'
import { namespaceChain, relationChain } from '../access/chain.ts'
import type { Chain } from '../access/privilege.ts'
import type { Standing } from '../store/relation-writes.ts'
import type { RelationRow } from '../store/relations.ts'
import type { Resolved } from '../store/resolve-relations.ts'
import type { ServedBody } from './body-cache.ts'
import { type Warehouse, warehouseChain } from './warehouses.ts'

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
  /** The text that was held when the name was looked up; it may be that of an older metadata file. */
  readonly held: ServedBody | null
}

/** Null when the namespace is not there. */
export function placeOf(warehouse: Warehouse, identifier: TableIdentifier, resolved: Resolved): Place | null {
  const { namespace, relation } = resolved
  if (namespace === null) return null
  const lineage = { lineage: elementsOf(namespace.lineage), owners: elementsOf(namespace.owners) }
  const chain = namespaceChain(lineage, warehouseChain(warehouse), identifier.namespace)
  return { warehouse, identifier, namespaceId: namespace.id, namespaceChain: chain, relation }
}

/** Null when nothing stands there. */
export function targetOf(place: Place, held: ServedBody | null = null): Target | null {
  const { warehouse, identifier, namespaceId, namespaceChain, relation } = place
  if (relation === null) return null
  return {
    warehouse,
    identifier,
    namespaceId,
    namespaceChain,
    relation,
    held,
    chain: relationChain(namespaceChain, relation.id, relation.ownerId, {
      kind: relation.kind,
      name: identifier.name,
    }),
  }
}

export function standingOf({ relation, namespaceId, identifier }: Target): Standing {
  const { id, version, metadataLocation } = relation
  return { id, version, namespaceId, name: identifier.name, metadataLocation }
}

/** Elements of a PostgreSQL uuid array in its text form: no quoting, no escapes. */
function elementsOf(array: string): string[] {
  return array.length <= 2 ? [] : array.slice(1, -1).split(',')
}
