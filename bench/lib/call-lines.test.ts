import { expect, it } from 'vitest'
import { callLines } from './call-lines.ts'

it('the report of function calls contains the microseconds of each function, the difference to one other function, and ratios to other functions', () => {
  const round = (microseconds: number): object => ({ perSecond: 1e6 / microseconds, p50Ms: 0, p99Ms: 0 })
  const entry = (label: string, times: readonly number[], against: readonly string[] = []): object => ({
    label,
    against,
    rounds: times.map(round),
  })
  const result = {
    id: 'x',
    title: 'Calls',
    notes: ['a note'],
    calls: { addedTo: 'none' },
    entries: [
      entry('none', [1, 2, 3]),
      entry('headgate', [5, 4, 6], ['others']),
      entry('others', [10, 8, 6]),
    ],
  }
  expect(callLines(result as Parameters<typeof callLines>[0])).toEqual([
    '',
    '## Calls',
    '',
    'a note',
    '',
    '|  | µs | µs added | time of others |',
    '| --- | ---: | ---: | ---: |',
    '| none | 2.00 ± 50 % | 0.00 |  |',
    '| headgate | 5.00 ± 20 % | 3.00 | 50 % |',
    '| others | 8.00 ± 25 % | 6.00 |  |',
  ])
})
