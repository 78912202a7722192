import type { TableIdentifier } from '@headgate/iceberg/rest'
import { namespaceChain, relationChain } from '../access/chain.ts'
import type { Chain } from '../privilege.ts'
import type { RowVersion } from '../store/relation-writes.ts'
import { toMetadataKey, type RelationRow } from '../store/relations.ts'
import type { Resolved } from '../store/resolve-relation.ts'
import type { EncodedText } from './metadata-text-cache.ts'
import { type Warehouse, warehouseChain } from './warehouses.ts'

/**
 * Name of a table or view in a warehouse. A request becomes an authorized relation in these steps: the name
 * (`RelationRef`), the rows with this name (`LookedUp`, with `Resolved` of the store), the name in an existing namespace
 * (`ResolvedName`), the existing relation (`Target`), and the relation with the decision about it (`Authorized`).
 */
export interface RelationRef {
  readonly warehouse: Warehouse
  readonly identifier: TableIdentifier
}

/** Name in an existing namespace, with the relation that has this name, if any. */
export interface ResolvedName extends RelationRef {
  readonly namespaceId: string
  readonly namespaceChain: Chain
  /** Relation with this name. Null when the name is free. */
  readonly relation: RelationRow | null
}

/** Existing relation with its row and its privilege chain (the relation and its parents). */
export interface Target extends ResolvedName {
  readonly relation: RelationRow
  /** Metadata key (`toMetadataKey`) of the relation's row. */
  readonly metadataKey: string
  readonly chain: Chain
  /**
   * Metadata text that the cache contained when the name was looked up. It may belong to an older metadata
   * file.
   */
  readonly cachedText: EncodedText | null
}

/** Returns a looked-up name with its namespace. Returns null when the namespace does not exist. */
export function toResolvedName(
  { warehouse, identifier }: RelationRef,
  resolved: Resolved,
): ResolvedName | null {
  const { namespace, relation } = resolved
  if (namespace === null) return null
  const lineage = { lineage: parseArray(namespace.lineage), owners: parseArray(namespace.owners) }
  const chain = namespaceChain(lineage, warehouseChain(warehouse), identifier.namespace)
  return { warehouse, identifier, namespaceId: namespace.id, namespaceChain: chain, relation }
}

/** Returns the relation that has a looked-up name. Returns null when the name is free. */
export function toTarget(name: ResolvedName, cachedText: EncodedText | null = null): Target | null {
  const { warehouse, identifier, namespaceId, namespaceChain, relation } = name
  if (relation === null) return null
  return {
    warehouse,
    identifier,
    namespaceId,
    namespaceChain,
    relation,
    metadataKey: toMetadataKey(relation),
    cachedText,
    chain: relationChain(namespaceChain, relation.id, relation.ownerId, {
      kind: relation.kind,
      name: identifier.name,
    }),
  }
}

/** Returns the state of the relation's row that a change requires. */
export function toRowVersion({ relation, namespaceId, identifier }: Target): RowVersion {
  const { id, version, metadataLocation } = relation
  return { id, version, namespaceId, name: identifier.name, metadataLocation }
}

/** Parses a PostgreSQL uuid array in its text form, which has no quotes and no escapes. */
function parseArray(array: string): string[] {
  return array.length <= 2 ? [] : array.slice(1, -1).split(',')
}
