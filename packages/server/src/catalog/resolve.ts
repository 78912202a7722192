import type { TableIdentifier } from '@headgate/iceberg/rest'
import { joinLevels } from '../namespace-path.ts'
import { type Resolved, type ResolveKey, resolveRelation } from '../store/resolve-relation.ts'
import type { Sql } from '../store/sql.ts'

/** The form of the metadata text to return, and the `toMetadataKey` the text that the caller has in this form. */
export type WantedText = Pick<ResolveKey, 'form' | 'known'>

const noText: WantedText = { form: 'none', known: null }

/** Resolves a name in a warehouse. The result includes every commit that was acknowledged before the call. */
export function resolve(
  sql: Sql,
  warehouseId: string,
  { namespace, name }: TableIdentifier,
  wanted: WantedText = noText,
): Promise<Resolved> {
  return resolveRelation(sql, { warehouseId, path: joinLevels(namespace), name, ...wanted })
}
