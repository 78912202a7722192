import type { SecurableKind } from '../privilege.ts'
import { findAuditedObject } from '../store/audit.ts'
import { findSecurable, type SecurableName } from '../store/grants.ts'
import type { Sql } from '../store/sql.ts'

export {
  type AuditQuery,
  findAuditEvent,
  listChangesAfter,
  queryAudit,
  type StoredAuditRow,
} from '../store/audit.ts'

/** Object whose audit events a caller requests. */
export interface AuditedName {
  readonly name: SecurableName
  readonly kind: SecurableKind
  /** Name of the object in audit events: `lakehouse:sales.orders`. */
  readonly label: string
}

/**
 * Returns the id of the object that currently has the name. If no object has it, returns the id of the last
 * object that an audit event records under this name: that object may have been dropped, purged or renamed.
 * Returns null if no event contains the name.
 */
export async function findAuditedId(sql: Sql, { name, kind, label }: AuditedName): Promise<string | null> {
  const row = await findSecurable(sql, name)
  return row?.id ?? findAuditedObject(sql, label, kind)
}
