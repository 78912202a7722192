import { describe, expect, it } from 'vitest'
import { readOptions } from './options.ts'

describe('readOptions of the kit', () => {
  it('readOptions starts a server if there are no arguments', () => {
    expect(readOptions([])).toMatchObject({ uri: undefined, auth: { kind: 'none' }, extended: false })
  })

  it('readOptions accepts a credential, and uses the default token endpoint below the URI', () => {
    expect(readOptions(['http://h/catalog/', '--credential', 'id:secret', '--warehouse', 'w'])).toMatchObject(
      {
        uri: 'http://h/catalog/',
        warehouse: 'w',
        auth: {
          kind: 'credential',
          credential: 'id:secret',
          scope: 'catalog',
          tokenUri: 'http://h/catalog/v1/oauth/tokens',
        },
      },
    )
  })

  it('readOptions accepts client properties with equals signs in their values', () => {
    expect(
      readOptions(['--property', 'header.X=a=b', '--property', 's3.endpoint=http://h'])?.properties,
    ).toEqual({
      'header.X': 'a=b',
      's3.endpoint': 'http://h',
    })
  })

  it.each([
    [['http://a', 'http://b'], 'Only one URI is allowed'],
    [['http://a', '--fixture'], 'leave out the URI'],
    [['http://a', '--token', 't', '--credential', 'a:b'], 'A token and a credential are both set'],
    [['--property', '=x'], 'KEY=VALUE'],
    [['--storage', 'tape'], '--storage takes file or s3'],
    [['http://a', '--storage', 's3'], 'has its own storage'],
    [['--all', '--extended'], 'leave out --extended'],
    [['--all', '--storage', 's3'], 'leave out --extended and --storage'],
    [['--all', '--expectations', 'headgate'], 'leave out --expectations'],
    [['--remote-metadata'], 'add its URI'],
    [['--base-location', 's3://b/x'], 'add its URI'],
    [['--update-expectations', '--select', 'CatalogTests#testAppend'], 'leave out --select'],
  ])('readOptions refuses %j', (args, message) => {
    expect(() => readOptions(args)).toThrow(message)
  })

  it('readOptions returns undefined for --help', () => {
    expect(readOptions(['--help'])).toBeUndefined()
  })
})
