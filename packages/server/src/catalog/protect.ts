import type { CommitRecord } from '../store/commit-record.ts'
import type { Sql } from '../store/sql.ts'
import { protectNamespace as writeNamespace, protectRelation as writeRelation } from '../store/protection.ts'
import type { FoundNamespace } from './namespaces.ts'
import { Stale } from './stale.ts'
import { toRowVersion, type Target } from './target.ts'

/** Turns the drop protection of a namespace on or off. Returns false when the protection does not change. */
export async function protectNamespace(
  sql: Sql,
  { row }: FoundNamespace,
  wanted: boolean,
  record: CommitRecord,
): Promise<boolean> {
  if (row.protected === wanted) return false
  if (!(await writeNamespace(sql, row.id, wanted, record))) throw new Stale()
  return true
}

/**
 * Turns the drop and purge protection of a table or view on or off. Returns false when the protection does not change.
 */
export async function protectRelation(
  sql: Sql,
  target: Target,
  wanted: boolean,
  record: CommitRecord,
): Promise<boolean> {
  if (target.relation.protected === wanted) return false
  if (!(await writeRelation(sql, toRowVersion(target), wanted, record))) throw new Stale()
  return true
}
