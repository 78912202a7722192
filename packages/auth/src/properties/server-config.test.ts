import { expect, it } from 'vitest'
import { filterServerConfig } from './server-config.ts'

it('a server may set properties that storage access and the protocol need', () => {
  const config = {
    prefix: 'lake',
    warehouse: 's3://lake',
    'client.region': 'eu-central-1',
    's3.endpoint': 'https://s3.example.com',
    's3.path-style-access': 'true',
    'io-impl': 'org.apache.iceberg.aws.s3.S3FileIO',
    'rest-page-size': '100',
    'namespace-separator': '%2E',
    'rest-metrics-reporting-enabled': 'false',
  }
  expect(filterServerConfig(config)).toEqual({ config, refused: [] })
})

it.each([
  'uri',
  'token',
  'credential',
  'oauth2-server-uri',
  'scope',
  'audience',
  'resource',
  'token-exchange-enabled',
  'token-refresh-enabled',
  'rest.auth.type',
  'rest.auth.oauth2.token-endpoint',
  'rest.auth.package',
  'rest.sigv4-enabled',
  'rest.signing-region',
  'rest.access-key-id',
  'rest.client.proxy.hostname',
  'auth.type',
  'header.Authorization',
  'Header.X-Tenant',
  'headers.x-api-key',
  'urn:ietf:params:oauth:token-type:jwt',
  'http.proxy',
  'client.credentials-provider',
  'client.assume-role.arn',
  'client.access-key-id',
  'gcp.auth.credentials-path',
])('a server may never set %s', (name) => {
  expect(filterServerConfig({ [name]: 'x', prefix: 'p' })).toEqual({
    config: { prefix: 'p' },
    refused: [name],
  })
})
