import type { TableIdentifier } from '@headgate/iceberg/rest'
import { joinLevels } from '../namespace-path.ts'
import { type Resolved, type ResolveKey, resolveRelation } from '../store/resolve-relation.ts'
import type { Sql } from '../store/sql.ts'

/**
 * Requested snapshots of the metadata text, and the metadata key (`toMetadataKey`) of the text that the caller
 * already has with these snapshots. If this text is current, the query does not return it again.
 */
export type WantedText = Pick<ResolveKey, 'snapshots' | 'known'>

const noText: WantedText = { snapshots: 'none', known: null }

/**
 * Reads the rows of the namespace and of the relation with a name. The result includes every commit that was
 * acknowledged before the call.
 */
export function resolve(
  sql: Sql,
  warehouseId: string,
  { namespace, name }: TableIdentifier,
  wanted: WantedText = noText,
): Promise<Resolved> {
  return resolveRelation(sql, { warehouseId, path: joinLevels(namespace), name, ...wanted })
}
