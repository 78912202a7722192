import { expect, test, vi } from 'vitest'
import type { AuditRow } from '../store/commit-record.ts'
import { auditLine } from './audit-line.ts'

const row: AuditRow = {
  request_id: 'r"1',
  principal_id: null,
  principal: 'ä\u2028',
  actors: ['trino'],
  operation: 'loadTable',
  securable_kind: null,
  securable_id: null,
  object: 'w:n.t}',
  privilege: null,
  outcome: 'allowed',
  reason: null,
  user_agent: 'a\\b\n',
  detail: { address: '::1' },
  query_id: null,
}

test('auditLine writes the row, the time, the status and the duration as one JSON object', () => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 2, 3, 4, 5, 6) })
  try {
    const known = { audit: true, time: '2026-01-02T03:04:05.006Z', ...row }
    const lines = [auditLine(row), auditLine(row, { status: 200, milliseconds: 0.12345 })]
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      known,
      { ...known, status: 200, milliseconds: 0.123 },
    ])
    expect(lines.join('')).not.toContain('\n')
    vi.advanceTimersByTime(1)
    expect(auditLine(row)).toContain('"time":"2026-01-02T03:04:05.007Z"')
  } finally {
    vi.useRealTimers()
  }
})
