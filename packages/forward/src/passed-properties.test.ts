import { describe, expect, it } from 'vitest'
import { passedProperties } from './passed-properties.ts'

const { decide } = passedProperties()

describe('passedProperties', () => {
  it.each([
    'prefix',
    'warehouse',
    'namespace-separator',
    'scan-planning-mode',
    'rest-metrics-reporting-enabled',
    'rest-page-size',
    'view-endpoints-supported',
    'rest-table-cache.max-entries',
    'table-default.write.format.default',
    'table-override.commit.retry.num-retries',
    'view-default.owner',
    'write.object-storage.enabled',
    'client.region',
    'client.refresh-credentials-enabled',
    's3.access-key-id',
    's3.session-token-expires-at-ms',
    's3.endpoint',
    's3.path-style-access',
    's3.signer',
    'gcs.oauth2.token',
    'gcs.oauth2.token-expires-at',
    'adls.sas-token.account.dfs.core.windows.net',
    'adls.sas-token-expires-at-ms.account.dfs.core.windows.net',
    'adls.account-host',
    'oss.endpoint',
    'expiration-time',
    'rest.remote-signing.config',
  ])('passedProperties passes the property %s of a catalog', (name) => {
    expect(decide(name, 'x')).toBe('pass')
  })

  it.each([
    'token',
    'credential',
    'oauth2-server-uri',
    'rest.auth.type',
    'rest.sigv4-enabled',
    'rest.client.proxy.hostname',
    'header.Authorization',
    's3.proxy-uri',
    'client.credentials-provider',
    'client.access-key-id',
    'urn:ietf:params:oauth:token-type:jwt',
  ])(
    'passedProperties refuses the property %s of a catalog, even when an operator adds its prefix',
    (name) => {
      expect(decide(name, 'x')).toBe('refused')
      expect(passedProperties(['s3.*', 'client.*']).decide(name, 'x')).toBe('refused')
    },
  )

  it.each([
    'nessie.core-base-uri',
    'nessie.is-nessie-catalog',
    'polaris.api-uri',
    'PREFIX',
    ' prefix',
    'S3.endpoint',
    's3x.endpoint',
    'client.factory',
    'catalog-impl',
    'py-catalog-impl',
    'metrics-reporter-impl',
    'encryption.kms-impl',
    's3.client-factory-impl',
    's3.retry-strategy-impl',
    's3.refresh-credentials-endpoint',
    's3.signer.other',
    's3.profile-name',
    's3.role-arn',
    'adls.token-credential-provider',
    'adls.token-credential-provider.key',
    'gcs.impersonate.service-account',
  ])('passedProperties reports the property %s as unknown', (name) => {
    expect(decide(name, 'x')).toBe('unknown')
    expect(passedProperties([name.trim()]).decide(name.trim(), 'x')).toBe('pass')
  })

  it('passedProperties passes only file IO classes of Iceberg and PyIceberg', () => {
    expect(decide('io-impl', 'org.apache.iceberg.aws.s3.S3FileIO')).toBe('pass')
    expect(decide('py-io-impl', 'pyiceberg.io.pyarrow.PyArrowFileIO')).toBe('pass')
    expect(decide('io-impl', 'com.example.FileIO')).toBe('unknown')
    expect(decide('py-io-impl', 'os.system')).toBe('unknown')
  })

  it('passedProperties removes a property whose value is an object or a list, because clients could read further properties from it', () => {
    expect(decide('warehouse', { uri: 'https://evil.example' })).toBe('refused')
    expect(decide('warehouse', ['x'])).toBe('refused')
    expect(decide('rest-page-size', 100)).toBe('pass')
  })

  it.each(['token', 'header.*', 'rest.*', 'header.X', '*', '.*', '', 'a b', 'nessie*'])(
    'passedProperties refuses %j as the name of a property that the operator adds',
    (name) => {
      expect(() => passedProperties([name])).toThrow()
    },
  )
})
