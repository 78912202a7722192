import type { AuditRow } from '../store/commit-record.ts'

/** Status and duration of a request. The log line contains these figures, but the audit row does not contain them. */
export interface LineFigures {
  readonly status: number
  readonly milliseconds: number
}

/**
 * Returns an audit event as one line of JSON, without the newline.
 *
 * @param figures null for the event of a change, which is written before the status and the duration are known
 */
export function auditLine(row: AuditRow, figures: LineFigures | null = null): string {
  const start = `{"audit":true,"time":"${timestamp()}",${JSON.stringify(row).slice(1, -1)}`
  if (figures === null) return `${start}}`
  const milliseconds = Math.round(figures.milliseconds * 1_000) / 1_000
  return `${start},"status":${figures.status},"milliseconds":${milliseconds}}`
}

let last = 0
let lastText = new Date(last).toISOString()

/**
 * Returns the current time as RFC 3339 text. Formatting the time takes as long as the rest of the line, so the text is
 * cached for one millisecond.
 */
function timestamp(): string {
  const now = Date.now()
  if (now !== last) {
    last = now
    lastText = new Date(now).toISOString()
  }
  return lastText
}
