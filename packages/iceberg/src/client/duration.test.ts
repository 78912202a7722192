import { expect, test } from 'vitest'
import { durationMs } from './duration.ts'

test.each([
  ['PT30M', 1_800_000],
  ['PT1800S', 1_800_000],
  ['P1DT2H3M4.5S', 93_784_500],
  ['PT0,5S', 500],
])('%s is %i ms', (text, ms) => {
  expect(durationMs(text)).toBe(ms)
})

test.each(['', '30', 'P1M', 'P1Y', 'PT-1S', 'pt1s', 'forever'])(
  'durationMs returns 0 for the invalid duration %j',
  (text) => {
    expect(durationMs(text)).toBe(0)
  },
)
