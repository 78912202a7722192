import { expect, test } from 'vitest'
import { readOptions } from './options.ts'

test('readOptions uses the token endpoint /v1/oauth/tokens of the given server, as Iceberg clients do', () => {
  const options = readOptions([
    'http://127.0.0.1:1/',
    '--credential',
    'a:b:c',
    '--engine',
    'e:s',
    '--user',
    'u',
  ])?.server
  expect(options).toMatchObject({
    uri: 'http://127.0.0.1:1',
    tokenUri: 'http://127.0.0.1:1/v1/oauth/tokens',
    client: { id: 'a', secret: 'b:c' },
    engine: { id: 'e', secret: 's', user: 'u' },
    mayGuess: false,
  })
  expect(
    readOptions(['http://127.0.0.1:1'], { HEADGATE_IDENTITY_CREDENTIAL: 'a:b' })?.server?.client,
  ).toEqual({
    id: 'a',
    secret: 'b',
  })
})

test.each([
  [['--warehouse', 'w'], 'add its URI'],
  [['a', 'b'], 'Only one URI is allowed'],
  [['http://a', '--engine', 'e:s'], 'come together'],
  [['http://a', '--credential', 'x'], 'ID:SECRET'],
])('readOptions refuses %j', (args, message) => {
  expect(() => readOptions(args)).toThrow(message)
})
