import { expect, test } from 'vitest'
import { readOptions } from './options.ts'

test('the seed is taken from the clock unless the option sets it', () => {
  expect(readOptions([], 1_234_567)?.seed).toBe(234_567)
  expect(readOptions(['--seed', '0'], 5)?.seed).toBe(0)
})

test('all modes are attacked by default, or those in the options', () => {
  expect(readOptions([], 0)?.modes).toEqual(['gateway', 'sts', 'remote-signing'])
  expect(readOptions(['--mode', 'sts'], 0)?.modes).toEqual(['sts'])
  expect(readOptions([], 0)?.required).toEqual([])
  expect(readOptions(['--mode', 'sts'], 0)?.required).toEqual(['sts'])
})

test('a run ends with its last case, or with its time limit', () => {
  expect(readOptions(['--cases', '20000'], 0)).toMatchObject({ cases: 20_000, seconds: Infinity })
  expect(readOptions(['--seconds', '60'], 0)).toMatchObject({ cases: 8_000, seconds: 60 })
})

test.each([
  [['--cases', '0'], '--cases takes a whole number from 1'],
  [['--seconds', 'soon'], '--seconds takes a whole number'],
  [['--mode', 'static'], '--mode takes gateway, sts'],
])('refuses %j', (args, message) => {
  expect(() => readOptions(args, 0)).toThrow(message)
})
