import { expect, test } from 'vitest'
import { Progress } from './progress.ts'

test('Progress prints a line every 5 seconds for a minute, and every 30 seconds afterwards', () => {
  let now = 1_000
  const lines: string[] = []
  const progress = new Progress({ cases: 2_000, say: (line) => lines.push(line), now: () => now })
  for (let count = 1; count <= 200; count += 1) {
    now += 1_000
    progress.tried(count, 3)
  }
  expect(lines).toHaveLength(12 + 4)
  expect(lines[0]).toBe('5 of 2000 cases, 3 escapes, 1.0 cases per second, 33 min left')
  expect(lines.at(-1)).toBe('180 of 2000 cases, 3 escapes, 1.0 cases per second, 30 min left')
})

test('Progress prints a short remaining time in seconds', () => {
  let now = 0
  const lines: string[] = []
  const progress = new Progress({ cases: 100, say: (line) => lines.push(line), now: () => now })
  now = 5_000
  progress.tried(50, 0)
  expect(lines).toEqual(['50 of 100 cases, 0 escapes, 10.0 cases per second, 5 s left'])
})
