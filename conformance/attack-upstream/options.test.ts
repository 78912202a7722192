import { expect, test } from 'vitest'
import { readOptions } from './options.ts'

test('a quick run of the attacks on upstream warehouses has fewer cases and a time limit', () => {
  expect(readOptions([], 1_234_567)).toMatchObject({ cases: 2_000, seconds: Infinity, seed: 234_567 })
  expect(readOptions(['--quick'], 0)).toMatchObject({ cases: 300, seconds: 60 })
  expect(readOptions(['--quick', '--cases', '40', '--seconds', '5'], 0)).toMatchObject({
    cases: 40,
    seconds: 5,
  })
  expect(readOptions(['--help'], 0)).toBeUndefined()
})

test.each([
  [['--cases', '0'], '--cases requires a whole number of at least 1'],
  [['--seed', 'x'], '--seed requires a whole number of at least 0'],
])('readOptions refuses %j', (args, message) => {
  expect(() => readOptions(args, 0)).toThrow(message)
})
