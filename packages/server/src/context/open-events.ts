import type { ContextOptions } from '../context-options.ts'
import { auditLine } from '../events/audit-line.ts'
import { AuditLog } from '../events/audit-log.ts'
import { RefusalLog } from '../events/refusal-log.ts'
import { LogLines } from '../log-lines.ts'

/** Opens the audit log. When the stack is disposed, waiting events are written. */
export function openEvents({ sql, auditReads }: ContextOptions, stack: AsyncDisposableStack): AuditLog {
  const lines = stack.use(new LogLines())
  const refusals = stack.use(new RefusalLog({ sql, writeRow: (row) => lines.write(auditLine(row)) }))
  return stack.use(new AuditLog({ mode: auditReads, sql, refusals, write: (line) => lines.write(line) }))
}
