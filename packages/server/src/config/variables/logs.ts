import type { Variables } from '../env-type.ts'
import { choice, integer } from '../variable.ts'

/** Environment variables that configure the server log and the audit log. */
export const logs: Pick<
  Variables,
  'logLevel' | 'logFormat' | 'auditReads' | 'auditRetentionDays' | 'auditRefusalRetentionDays'
> = {
  logLevel: choice(
    'HEADGATE_LOG_LEVEL',
    ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    'info',
    {
      section: 'Logs and audit',
      doc: 'Minimum severity of messages in the log.',
    },
  ),
  logFormat: choice('HEADGATE_LOG_FORMAT', ['json', 'pretty', 'auto'], 'auto', {
    section: 'Logs and audit',
    doc: 'Log lines as JSON for programs or as plain text for people; `auto` is plain text on a terminal, otherwise JSON.',
  }),
  auditReads: choice('HEADGATE_AUDIT_READS', ['log', 'store', 'off'], 'log', {
    section: 'Logs and audit',
    doc: 'Destination of audit events for reads and failed requests: the log, the database, or none. Changes and refusals are always stored in the database; with `log`, refusals are also logged.',
  }),
  auditRetentionDays: integer(
    'HEADGATE_AUDIT_RETENTION_DAYS',
    90,
    { min: 0, max: 36_500 },
    {
      section: 'Logs and audit',
      doc: 'Time for which audit events other than refusals are kept in the database, in days; older events are deleted. 0: no limit.',
    },
  ),
  auditRefusalRetentionDays: integer(
    'HEADGATE_AUDIT_REFUSAL_RETENTION_DAYS',
    7,
    { min: 0, max: 36_500 },
    {
      section: 'Logs and audit',
      doc: 'Time for which refusals are kept in the database, in days; older refusals are deleted. 0: no limit.',
    },
  ),
}
