const auditLog = new URL('../../packages/server/src/events/audit-log.ts', import.meta.url)
// The benchmark's TypeScript project does not include the types of the server, so this file declares the types that it
// uses.
const { AuditLog } = (await import(auditLog.href)) as {
  readonly AuditLog: { prototype: { record: unknown } }
}

/**
 * Overrides a method of the server to disable the records of refused reads, because no setting disables them.
 * This module is loaded before a server with `HEADGATE_AUDIT_READS=off`, which records no other reads. Audit
 * events of changes are still recorded, because they do not use this method.
 */
AuditLog.prototype.record = (): undefined => undefined
