import type { AuditRow } from '../store/commit-record.ts'

/** Figures of a request that only its line contains. */
export interface LineFigures {
  readonly status: number
  readonly milliseconds: number
}

/**
 * Returns an event as one line of JSON, without the end of the line.
 *
 * @param figures null for an event of a change, whose row has no figures
 */
export function auditLine(row: AuditRow, figures: LineFigures | null = null): string {
  const start = `{"audit":true,"time":"${timestamp()}",${JSON.stringify(row).slice(1)}`
  if (figures === null) return start
  const milliseconds = Math.round(figures.milliseconds * 1_000) / 1_000
  return `${start.slice(0, -1)},"status":${figures.status},"milliseconds":${milliseconds}}`
}

let last = 0
let lastText = new Date(last).toISOString()

/** Returns the current time. Formatting it takes as long as the rest of a line, so it is formatted once a millisecond. */
function timestamp(): string {
  const now = Date.now()
  if (now !== last) {
    last = now
    lastText = new Date(now).toISOString()
  }
  return lastText
}
