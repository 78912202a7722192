import { expect, test } from 'vitest'
import { counted } from './counted.ts'

test.for([
  [0, '0 secrets'],
  [1, '1 secret'],
  [2, '2 secrets'],
  [1_200, '1,200 secrets'],
] as const)('counted selects the form of the noun for %i', ([count, expected]) => {
  expect(counted(count, 'secret')).toBe(expected)
})

test('counted accepts a plural form', () => {
  expect(counted(2, 'query', 'queries')).toBe('2 queries')
})
