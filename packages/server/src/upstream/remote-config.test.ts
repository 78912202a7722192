import { describe, expect, it } from 'vitest'
import { decodeRemoteConfig, offers, serves } from './remote-config.ts'

describe('decodeRemoteConfig', () => {
  it('decodeRemoteConfig prefers overrides of the upstream to its defaults', () => {
    const config = decodeRemoteConfig({ defaults: { prefix: 'a' }, overrides: { prefix: 'b/c' } })
    expect(config).toMatchObject({ prefix: 'b/c', separator: '%1F', endpoints: null, keyLifetime: null })
  })

  it('decodeRemoteConfig reads a prefix in the defaults, where Nessie sends it', () => {
    expect(decodeRemoteConfig({ defaults: { prefix: 'main|lake' } }).prefix).toBe('main|lake')
  })

  it.each(['../x', 'a/../b', 'a?b', 'a#b', 'a b', '%2e%2e/x', 'a\\b'])(
    'decodeRemoteConfig refuses the prefix %s, which cannot be a part of a path',
    (prefix) => {
      expect(() => decodeRemoteConfig({ overrides: { prefix } })).toThrow(/prefix/)
    },
  )

  it.each([null, [], 'text', 5])('decodeRemoteConfig refuses the configuration %j', (body) => {
    expect(() => decodeRemoteConfig(body)).toThrow(/unusable configuration/)
  })

  it('decodeRemoteConfig refuses a namespace separator that is not encoded', () => {
    expect(() => decodeRemoteConfig({ overrides: { 'namespace-separator': '/' } })).toThrow(/separator/)
  })
})

describe('offers and serves', () => {
  const listed = decodeRemoteConfig({ endpoints: ['GET /v1/{prefix}/namespaces/{namespace}/tables/{table}'] })
  const unlisted = decodeRemoteConfig({})

  it('an upstream warehouse offers the operations that the upstream lists', () => {
    expect(offers(listed, 'loadTable')).toBe(true)
    expect(offers(listed, 'createTable')).toBe(false)
  })

  it('an upstream warehouse offers the operations of the first specification when the upstream lists none', () => {
    expect(offers(unlisted, 'createTable')).toBe(true)
    expect(offers(unlisted, 'loadView')).toBe(false)
  })

  it('an upstream warehouse answers tableExists with a load, and returns credentials of this server', () => {
    expect(serves(listed, 'tableExists')).toBe(true)
    expect(serves(listed, 'viewExists')).toBe(false)
    expect(serves(listed, 'loadCredentials')).toBe(true)
    expect(serves(listed, 'unregisterTable')).toBe(false)
  })
})

describe('dialects', () => {
  it('the configuration of Nessie is recognized by its properties, and offers views although Nessie lists no endpoints', () => {
    const config = decodeRemoteConfig({ defaults: { 'nessie.core-base-uri': 'http://n/api' } })
    expect(config.dialect.name).toBe('nessie')
    expect(offers(config, 'createView')).toBe(true)
  })

  it('decodeRemoteConfig uses the configured dialect of the upstream', () => {
    expect(decodeRemoteConfig({}, { dialect: 'nessie' }).dialect.name).toBe('nessie')
    expect(decodeRemoteConfig({ defaults: { 'nessie.x': '' } }, { dialect: 'standard' }).dialect.name).toBe(
      'standard',
    )
  })

  it.each([
    ['https://glue.eu-central-1.amazonaws.com/iceberg', {}, 'glue', 'its host name'],
    ['https://s3tables.us-east-1.amazonaws.com/iceberg', {}, 's3tables', 'its host name'],
    ['https://biglake.googleapis.com/iceberg/v1/restcatalog', {}, 'biglake', 'its host name'],
    ['https://onelake.table.fabric.microsoft.com/iceberg', {}, 'onelake', 'its host name'],
    ['https://w.cloud.databricks.com/api/2.1/unity-catalog/iceberg-rest', {}, 'unity', 'its host name'],
    ['http://unity:8080/api/2.1/unity-catalog/iceberg', {}, 'unity', 'its path'],
    ['http://p/api/catalog', { endpoints: ['GET /polaris/v1/{prefix}/x'] }, 'polaris', 'its endpoints'],
    ['https://glue.example.com/iceberg', {}, 'standard', 'no other catalog'],
    ['https://glue.eu.amazonaws.com.example.com/iceberg', {}, 'standard', 'no other catalog'],
  ])('the upstream at %s with the configuration %j is recognized as %s', (uri, body, name, reason) => {
    const config = decodeRemoteConfig(body, { uri })
    expect(config.dialect.name).toBe(name)
    expect(config.dialectReason).toContain(reason)
  })

  it('the setting quirks of an upstream overrides single capabilities of its dialect', () => {
    const { dialect } = decodeRemoteConfig(
      {},
      { dialect: 'glue', quirks: { names: 'any', purge: undefined } },
    )
    expect(dialect).toMatchObject({ name: 'glue', names: 'any', purge: 'requested', staging: 'early' })
  })

  it('the prefix of an upstream is built from the warehouse when its configuration has none', () => {
    const arn = 'arn:aws:s3tables:eu-central-1:123456789012:bucket/lake'
    const s3tables = { dialect: 's3tables', remote: arn } as const
    expect(decodeRemoteConfig({}, s3tables).prefix).toBe(encodeURIComponent(arn))
    expect(decodeRemoteConfig({ overrides: { prefix: 'p' } }, s3tables).prefix).toBe('p')
    expect(decodeRemoteConfig({}, { dialect: 'glue', remote: '123456789012' }).prefix).toBe(
      'catalogs/123456789012',
    )
  })

  it('an upstream warehouse does not offer transactions of a catalog that refuses them', () => {
    const endpoints = ['POST /v1/{prefix}/transactions/commit']
    expect(offers(decodeRemoteConfig({ endpoints }), 'commitTransaction')).toBe(true)
    expect(offers(decodeRemoteConfig({ endpoints }, { dialect: 'glue' }), 'commitTransaction')).toBe(false)
  })
})
