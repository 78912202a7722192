import type { Riders } from '../store/riders.ts'
import type { Sql } from '../store/sql.ts'
import { protectNamespace as writeNamespace, protectRelation as writeRelation } from '../store/protection.ts'
import type { FoundNamespace } from './namespaces.ts'
import { Stale } from './stale.ts'
import { standingOf, type Target } from './target.ts'

/** Protects a namespace against being dropped, or stops that. False: it was so before. */
export async function protectNamespace(
  sql: Sql,
  { row }: FoundNamespace,
  wanted: boolean,
  riders: Riders,
): Promise<boolean> {
  if (row.protected === wanted) return false
  if (!(await writeNamespace(sql, row.id, wanted, riders))) throw new Stale()
  return true
}

/** Protects a table or view against being dropped and purged, or stops that. False: it was so before. */
export async function protectRelation(
  sql: Sql,
  target: Target,
  wanted: boolean,
  riders: Riders,
): Promise<boolean> {
  if (target.relation.protected === wanted) return false
  if (!(await writeRelation(sql, standingOf(target), wanted, riders))) throw new Stale()
  return true
}
