import { expect, test } from 'vitest'
import { readOptions } from './options.ts'

test('readOptions takes the seed from the clock unless --seed sets it', () => {
  expect(readOptions([], 1_234_567)?.seed).toBe(234_567)
  expect(readOptions(['--seed', '0'], 5)?.seed).toBe(0)
})

test('an attack run covers all vending modes by default, or only the modes that --mode names', () => {
  expect(readOptions([], 0)?.modes).toEqual(['gateway', 'sts', 'remote-signing'])
  expect(readOptions(['--mode', 'sts'], 0)?.modes).toEqual(['sts'])
  expect(readOptions([], 0)?.required).toEqual([])
  expect(readOptions(['--mode', 'sts'], 0)?.required).toEqual(['sts'])
})

test('an attack run ends after its last case, or earlier if --seconds sets a time limit', () => {
  expect(readOptions(['--cases', '20000'], 0)).toMatchObject({ cases: 20_000, seconds: Infinity })
  expect(readOptions(['--seconds', '60'], 0)).toMatchObject({ cases: 8_000, seconds: 60 })
})

test.each([
  [['--cases', '0'], '--cases requires a whole number of at least 1'],
  [['--seconds', 'soon'], '--seconds requires a whole number'],
  [['--mode', 'static'], '--mode requires gateway, sts'],
])('readOptions refuses %j', (args, message) => {
  expect(() => readOptions(args, 0)).toThrow(message)
})
