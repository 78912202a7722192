import type { SecurableKind } from '../privilege.ts'
import { findAuditedObject } from '../store/audit.ts'
import { findSecurable, type SecurableName } from '../store/grants.ts'
import type { Sql } from '../store/sql.ts'

export { type AuditQuery, queryAudit, type StoredAuditRow } from '../store/audit.ts'

/** Object whose events are asked for. */
export interface AuditedName {
  readonly name: SecurableName
  readonly kind: SecurableKind
  /** Name as events contain it: `lakehouse:sales.orders`. */
  readonly label: string
}

/**
 * Returns the id of the object that has the name now, otherwise of the last object that had it in an event, because the
 * object may have been dropped, purged or renamed. Returns null if no object had the name.
 */
export async function findAuditedId(sql: Sql, { name, kind, label }: AuditedName): Promise<string | null> {
  const row = await findSecurable(sql, name)
  return row?.id ?? findAuditedObject(sql, label, kind)
}
