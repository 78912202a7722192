import type { Variables } from '../env-type.ts'
import { choice, integer } from '../variable.ts'

/** What is written down. */
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
      doc: 'The least important messages that are logged.',
    },
  ),
  logFormat: choice('HEADGATE_LOG_FORMAT', ['json', 'pretty', 'auto'], 'auto', {
    section: 'Logs and audit',
    doc: 'JSON for programs or plain text for people; `auto` is plain text on a terminal.',
  }),
  auditReads: choice('HEADGATE_AUDIT_READS', ['log', 'store', 'off'], 'log', {
    section: 'Logs and audit',
    doc: 'Where the audit events of reads and failed requests go: to the log, to the database, or nowhere. Changes and refusals are always recorded in the database; with `log`, refusals are logged as well.',
  }),
  auditRetentionDays: integer(
    'HEADGATE_AUDIT_RETENTION_DAYS',
    90,
    { min: 0, max: 36_500 },
    {
      section: 'Logs and audit',
      doc: 'How long audit events other than refusals are kept in the database, in days; older ones are deleted. 0: no end.',
    },
  ),
  auditRefusalRetentionDays: integer(
    'HEADGATE_AUDIT_REFUSAL_RETENTION_DAYS',
    7,
    { min: 0, max: 36_500 },
    {
      section: 'Logs and audit',
      doc: 'How long refusals are kept in the database, in days; older ones are deleted. 0: no end.',
    },
  ),
}
