import { expect, test } from 'vitest'
import { readOptions } from './options.ts'

test('an attack run against an existing server requires a warehouse and the credential of an administrator', () => {
  const server = ['http://127.0.0.1:8181/', '--warehouse', 'w']
  const expected = { uri: 'http://127.0.0.1:8181', warehouse: 'w', credential: 'a:b' }
  expect(readOptions([...server, '--credential', 'a:b'], 0)?.server).toEqual(expected)
  expect(readOptions(server, 0, { HEADGATE_ATTACK_CREDENTIAL: 'a:b' })?.server).toEqual(expected)
  expect(readOptions([], 1_234_567)).toMatchObject({ server: undefined, seed: 234_567, cases: 6_000 })
})

test('an attack run ends after the requested number of cases, and has no time limit unless --seconds sets one', () => {
  expect(readOptions(['--cases', '20000'], 0)).toMatchObject({ cases: 20_000, seconds: Infinity })
  expect(readOptions(['--seconds', '60'], 0)).toMatchObject({ cases: 6_000, seconds: 60 })
})

test.each([
  [['http://127.0.0.1:1'], 'requires --warehouse and --credential'],
  [['--warehouse', 'w'], 'add its URI'],
  [['--cases', '0'], '--cases requires a whole number of at least 1'],
  [['a', 'b'], 'Only one URI is allowed'],
])('readOptions refuses %j', (args, message) => {
  expect(() => readOptions(args, 0)).toThrow(message)
})
