import { describe, expect, it } from 'vitest'
import { decodeRemoteConfig, offers, serves } from './remote-config.ts'

describe('decodeRemoteConfig', () => {
  it('prefers overrides to defaults', () => {
    const config = decodeRemoteConfig({ defaults: { prefix: 'a' }, overrides: { prefix: 'b/c' } })
    expect(config).toMatchObject({ prefix: 'b/c', separator: '%1F', endpoints: null, keyLifetime: null })
  })

  it('reads a prefix in the defaults, where Nessie has it', () => {
    expect(decodeRemoteConfig({ defaults: { prefix: 'main|lake' } }).prefix).toBe('main|lake')
  })

  it.each(['../x', 'a/../b', 'a?b', 'a#b', 'a b', '%2e%2e/x', 'a\\b'])(
    'refuses the prefix %s, which cannot be a part of a path',
    (prefix) => {
      expect(() => decodeRemoteConfig({ overrides: { prefix } })).toThrow(/prefix/)
    },
  )

  it.each([null, [], 'text', 5])('refuses the body %j', (body) => {
    expect(() => decodeRemoteConfig(body)).toThrow(/unusable configuration/)
  })

  it('refuses a separator that is not encoded', () => {
    expect(() => decodeRemoteConfig({ overrides: { 'namespace-separator': '/' } })).toThrow(/separator/)
  })
})

describe('offers and serves', () => {
  const listed = decodeRemoteConfig({ endpoints: ['GET /v1/{prefix}/namespaces/{namespace}/tables/{table}'] })
  const unlisted = decodeRemoteConfig({})

  it('offers what the upstream lists', () => {
    expect(offers(listed, 'loadTable')).toBe(true)
    expect(offers(listed, 'createTable')).toBe(false)
  })

  it('offers the operations of the first specification when the upstream lists none', () => {
    expect(offers(unlisted, 'createTable')).toBe(true)
    expect(offers(unlisted, 'loadView')).toBe(false)
  })

  it('answers HEAD with a load, and credentials itself', () => {
    expect(serves(listed, 'tableExists')).toBe(true)
    expect(serves(listed, 'viewExists')).toBe(false)
    expect(serves(listed, 'loadCredentials')).toBe(true)
    expect(serves(listed, 'unregisterTable')).toBe(false)
  })
})

describe('dialects', () => {
  it('recognizes Nessie by its properties, and offers views although Nessie lists no endpoints', () => {
    const config = decodeRemoteConfig({ defaults: { 'nessie.core-base-uri': 'http://n/api' } })
    expect(config.dialect.name).toBe('nessie')
    expect(offers(config, 'createView')).toBe(true)
  })

  it('uses the configured dialect', () => {
    expect(decodeRemoteConfig({}, 'nessie').dialect.name).toBe('nessie')
    expect(decodeRemoteConfig({ defaults: { 'nessie.x': '' } }, 'standard').dialect.name).toBe('standard')
  })
})
