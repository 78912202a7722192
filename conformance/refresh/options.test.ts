import { describe, expect, it } from 'vitest'
import { readOptions } from './options.ts'

describe('readOptions of the suite', () => {
  it('readOptions starts a server if there are no arguments', () => {
    expect(readOptions([])).toMatchObject({
      uri: undefined,
      auth: { kind: 'none' },
      second: { kind: 'none' },
    })
  })

  it('readOptions accepts two principals, by options or from the environment', () => {
    const env = { HEADGATE_REFRESH_TOKEN: 'a', HEADGATE_REFRESH_SECOND_CREDENTIAL: 'b:c' }
    expect(readOptions(['http://h/'], env)).toMatchObject({
      auth: { kind: 'token', token: 'a' },
      second: { kind: 'credential', credential: 'b:c', tokenUri: 'http://h/v1/oauth/tokens' },
    })
    expect(readOptions(['http://h', '--credential', 'x:y'], env)).toMatchObject({
      auth: { kind: 'credential', credential: 'x:y' },
    })
  })

  it('readOptions disables the wait for expired tokens if --quick is set', () => {
    expect(readOptions(['http://h', '--token-life', '60'])?.tokenLifeSeconds).toBe(60)
    expect(readOptions(['http://h', '--token-life', '60', '--quick'])?.tokenLifeSeconds).toBeUndefined()
  })

  it.each([
    [['http://a', 'http://b'], 'Only one URI is allowed'],
    [['--warehouse', 'w'], 'add its URI'],
    [['http://a', '--token', 't', '--credential', 'a:b'], 'A token and a credential are both set'],
    [['http://a', '--token-life', 'long'], 'a number of seconds'],
  ])('readOptions refuses %j', (args, message) => {
    expect(() => readOptions(args)).toThrow(message)
  })
})
