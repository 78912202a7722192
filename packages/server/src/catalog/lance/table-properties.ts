import { findLanceProperties, type LanceProperties } from '../../store/lance-tables.ts'
import type { CatalogDeps } from '../deps.ts'
import type { Target } from '../target.ts'

/** Returns the properties that the Lance Namespace protocol stores for a table. */
export function tableProperties(
  { sql }: Pick<CatalogDeps, 'sql'>,
  { relation }: Pick<Target, 'relation'>,
): Promise<LanceProperties> {
  return findLanceProperties(sql, relation.id)
}
