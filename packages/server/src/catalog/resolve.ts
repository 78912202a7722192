import type { TableIdentifier } from '@headgate/iceberg/rest'
import { joinLevels } from '../namespace-path.ts'
import { type Resolved, type ResolveKey, resolveRelation } from '../store/resolve-relation.ts'
import type { Sql } from '../store/sql.ts'

/**
 * Requested form of the metadata text, and the key (`toMetadataKey`) of the text that the caller already has in this
 * form. The query does not return that text again.
 */
export type WantedText = Pick<ResolveKey, 'form' | 'known'>

const noText: WantedText = { form: 'none', known: null }

/**
 * Reads the namespace and the relation of a name. The result includes every commit that was acknowledged before the
 * call.
 */
export function resolve(
  sql: Sql,
  warehouseId: string,
  { namespace, name }: TableIdentifier,
  wanted: WantedText = noText,
): Promise<Resolved> {
  return resolveRelation(sql, { warehouseId, path: joinLevels(namespace), name, ...wanted })
}
