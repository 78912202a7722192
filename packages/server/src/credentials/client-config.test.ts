import { encodeNamespaceParam } from '@headgate/iceberg/rest'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  credentialConfig,
  credentialPrefix,
  signingConfig,
  tableConfig,
  tableEndpoint,
} from './client-config.ts'

const view = { publicUrl: 'https://lake.example', namespaceSeparator: '%1F' }

describe('the endpoint', () => {
  test('is relative to the URI of the catalog, has no leading slash, and the token in its query', () => {
    const path = { warehouse: 'my lake', identifier: { namespace: ['a', 'b/c'], name: 'ü?t' } }
    expect(tableEndpoint(view, path, 'credentials', 'abc.d-_')).toBe(
      'v1/my%20lake/namespaces/a%1Fb%2Fc/tables/%C3%BC%3Ft/credentials?storageRefreshToken=abc.d-_',
    )
    expect(tableEndpoint(view, path, 'sign', null)).toBe(
      'v1/my%20lake/namespaces/a%1Fb%2Fc/tables/%C3%BC%3Ft/sign',
    )
  })

  test('leads to the same names again, whatever they are', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(name, fc.array(name, { minLength: 1, maxLength: 4 }), (table, namespace) => {
        let encoded: string
        try {
          encoded = encodeNamespaceParam(namespace)
          encodeNamespaceParam([table])
        } catch {
          return
        }
        const endpoint = tableEndpoint(
          view,
          { warehouse: 'w', identifier: { namespace, name: table } },
          'credentials',
          'T',
        )
        const url = new URL(endpoint, 'https://lake.example/')
        expect(url.href).toBe(`https://lake.example/${endpoint}`)
        expect(url.searchParams.get('storageRefreshToken')).toBe('T')
        const segments = url.pathname.split('/')
        expect(segments).toHaveLength(8)
        expect(segments[4]).toBe(encoded)
        expect(decodeURIComponent(segments[6] ?? '')).toBe(table)
      }),
    )
  })
})

test('a table says where renewals go in the relative and the absolute form, a credential in the relative one', () => {
  const keys = { 's3.access-key-id': 'a' }
  expect(credentialConfig(keys, 'v1/x')).toEqual({ ...keys, 'client.refresh-credentials-endpoint': 'v1/x' })
  expect(tableConfig(view, keys, 'v1/x')).toEqual({
    ...keys,
    'client.refresh-credentials-endpoint': 'v1/x',
    'credentials.uri': 'https://lake.example/v1/x',
  })
  expect(tableConfig(view, keys, null)).toEqual(keys)
})

test('a client that has its requests signed gets every name its generation reads, and no key', () => {
  const config = signingConfig(view, { 'client.region': 'eu-central-1' }, 'v1/x/sign')
  expect(config).toMatchObject({
    'client.region': 'eu-central-1',
    's3.remote-signing-enabled': 'true',
    's3.signer.uri': 'https://lake.example',
    's3.signer.endpoint': 'v1/x/sign',
    'signer.endpoint': 'v1/x/sign',
    'rest.remote-signing.endpoint': 'https://lake.example/v1/x/sign',
  })
  expect(Object.keys(config).filter((name) => /access-key|secret|token/.test(name))).toEqual([])
})

describe('the prefix of a credential', () => {
  test.each([
    [['s3://b/wh/t'], 's3://b/wh/t/'],
    [['s3://b/wh/t/'], 's3://b/wh/t/'],
    [['s3a://b/wh/t'], 's3a://b/wh/t/'],
    [['s3://b/wh/t', 's3://b/wh/t2'], 's3://b/wh/'],
    [['s3://b/wh/t', 's3://b/other'], 's3://b/'],
    [['s3://b/wh/t', 's3://b2/wh/t'], 's3://'],
    [['s3://b/t', 's3a://b/t'], 's3'],
  ])('of %j is %s', (locations, prefix) => {
    expect(credentialPrefix(locations)).toBe(prefix)
  })

  test('covers every location, ends where a name ends, and begins with s3 for objects in S3', () => {
    const segment = fc.string({ unit: fc.constantFrom('a', 'b', '-', 'é'), minLength: 1, maxLength: 4 })
    const location = fc
      .tuple(fc.constantFrom('s3', 's3a'), fc.array(segment, { minLength: 2, maxLength: 5 }))
      .map(([scheme, segments]) => `${scheme}://${segments.join('/')}`)
    fc.assert(
      fc.property(fc.array(location, { minLength: 1, maxLength: 5 }), (locations) => {
        const prefix = credentialPrefix(locations)
        expect(prefix).toMatch(/^s3/)
        expect(prefix === 's3' || prefix.endsWith('/')).toBe(true)
        for (const covered of locations) expect(`${covered}/file`.startsWith(prefix)).toBe(true)
      }),
    )
  })
})
