import { describe, expect, test } from 'vitest'
import { decodeCatalogConfig } from './config.ts'

describe('decodeCatalogConfig', () => {
  test.each([
    'uri',
    'URI',
    'token',
    'token-refresh-enabled',
    'credential',
    'oauth2-server-uri',
    'oauth2-anything',
    'header.Authorization',
    'headers.Authorization',
    'auth.type',
    'rest.auth.type',
    'Rest.Auth.Type',
    'rest.sigv4-enabled',
    'rest.signing-name',
    'rest.session-token',
    'client.access-key-id',
    'client.assume-role.arn',
    'client.credentials-provider',
    'gcp.auth.credentials-path',
    'rest.client.proxy.hostname',
    'proxy',
    'http.proxy.host',
  ])('decodeCatalogConfig ignores %s of the server, as a default and as an override', (key) => {
    const config = decodeCatalogConfig({ defaults: { [key]: 'x' }, overrides: { [key]: 'y' } })
    expect(config.properties).toEqual({})
  })

  test.each(['prefix', 'namespace-separator', 's3.endpoint', 'client.region', 'rest-page-size'])(
    'decodeCatalogConfig accepts %s of the server, and an override wins over a default',
    (key) => {
      const config = decodeCatalogConfig({ defaults: { [key]: 'x' }, overrides: { [key]: 'y' } })
      expect(config.properties).toEqual({ [key]: 'y' })
    },
  )

  test.each([
    ['prefix', '%2e%2E/admin'],
    ['prefix', 'a/.%2e/b'],
    ['namespace-separator', '/../'],
    ['namespace-separator', '?x='],
    ['namespace-separator', '\\'],
  ])(
    'decodeCatalogConfig refuses %s with the value %s, because paths with this value would be outside the path of the catalog',
    (key, value) => {
      expect(() => decodeCatalogConfig({ overrides: { [key]: value } })).toThrow('cannot be part of a path')
    },
  )
})
