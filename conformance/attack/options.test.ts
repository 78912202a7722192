import { expect, test } from 'vitest'
import { readOptions } from './options.ts'

test('the clock gives the seed, unless one is given', () => {
  expect(readOptions([], 1_234_567)?.seed).toBe(234_567)
  expect(readOptions(['--seed', '0'], 5)?.seed).toBe(0)
})

test('all modes are attacked, or those that are named', () => {
  expect(readOptions([], 0)?.modes).toEqual(['gateway', 'sts', 'remote-signing'])
  expect(readOptions(['--mode', 'sts'], 0)?.modes).toEqual(['sts'])
  expect(readOptions([], 0)?.required).toEqual([])
  expect(readOptions(['--mode', 'sts'], 0)?.required).toEqual(['sts'])
})

test.each([
  [['--cases', '0'], '--cases takes a whole number from 1'],
  [['--seconds', 'soon'], '--seconds takes a whole number'],
  [['--mode', 'static'], '--mode takes gateway, sts'],
])('refuses %j', (args, message) => {
  expect(() => readOptions(args, 0)).toThrow(message)
})
