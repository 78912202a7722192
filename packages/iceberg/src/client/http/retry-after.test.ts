import { expect, test } from 'vitest'
import { retryAfterMs } from './retry-after.ts'

const now = Date.parse('2026-03-01T12:00:00Z')

test.each([
  ['0', 0],
  [' 120 ', 120_000],
  ['Sun, 01 Mar 2026 12:00:30 GMT', 30_000],
  ['Sunday, 01-Mar-26 12:00:30 GMT', 30_000],
  ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
])('%j is a time', (header, ms) => {
  expect(retryAfterMs(header, now)).toBe(ms)
})

test.each([null, '', '-1', '1.5', '1e3', '99999999999999', 'soon', 'Sun, 99 Foo 2026', '2026-03-01'])(
  '%j is none',
  (header) => {
    expect(retryAfterMs(header, now)).toBeNull()
  },
)
