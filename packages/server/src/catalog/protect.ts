import type { CommitRecord } from '../store/commit-record.ts'
import type { Sql } from '../store/sql.ts'
import { protectNamespace as writeNamespace, protectRelation as writeRelation } from '../store/protection.ts'
import type { FoundNamespace } from './namespaces.ts'
import { Stale } from './stale.ts'
import { toRowVersion, type Target } from './target.ts'

/**
 * Turns the protection of a namespace against drops on or off. Returns false when the namespace already had
 * the requested state.
 */
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
 * Turns the protection of a table or view against drops and purges on or off. Returns false when the relation
 * already had the requested state.
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
