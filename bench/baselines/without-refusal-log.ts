const auditLog = new URL('../../packages/server/src/events/audit-log.ts', import.meta.url)
// The benchmark's TypeScript project does not include the types of the server, so this file declares the types that it
// uses.
const { AuditLog } = (await import(auditLog.href)) as {
  readonly AuditLog: { prototype: { record: unknown } }
}

/**
 * Module that is loaded before a server with `HEADGATE_AUDIT_READS=off`, which records refused reads only. This
 * module switches off these records too, because the server has no setting for it. Audit events of changes are still
 * recorded, because they do not use this method.
 */
AuditLog.prototype.record = (): undefined => undefined
