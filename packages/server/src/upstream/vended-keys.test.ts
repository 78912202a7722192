import { describe, expect, test } from 'vitest'
import { credentialFor, decodeVendedKeys, type VendedKeys } from './vended-keys.ts'

const now = 1_000_000
const keys = { 's3.access-key-id': 'a', 's3.secret-access-key': 's', 's3.session-token': 't' }

function decode(body: object): VendedKeys | null {
  return decodeVendedKeys(Buffer.from(JSON.stringify(body)), now)
}

describe('decodeVendedKeys', () => {
  test('a credential of the upstream contains only known properties, and the settings of the table', () => {
    const decoded = decode({
      metadata: { config: { 's3.access-key-id': 'other' } },
      config: {
        'client.region': 'r',
        's3.path-style-access': 'true',
        token: 'x',
        uri: 'http://upstream',
        ...keys,
      },
      'storage-credentials': [
        {
          prefix: 's3a://b/t/',
          config: { ...keys, 's3.endpoint': 'https://s3', 's3.signer.uri': 'http://upstream' },
        },
      ],
    })
    expect(decoded?.credentials).toEqual([
      {
        prefix: 's3://b/t/',
        config: {
          ...keys,
          'client.region': 'r',
          's3.path-style-access': 'true',
          's3.endpoint': 'https://s3',
        },
      },
    ])
  })

  test('the credential in the table configuration of the upstream is used when no other credential has keys', () => {
    const decoded = decode({ config: keys, 'storage-credentials': [{ prefix: 's3://b/', config: {} }] })
    expect(decoded?.credentials).toEqual([{ prefix: '', config: keys }])
  })

  test.each([
    [{ ...keys, 's3.session-token-expires-at-ms': '2000000' }, 2_000_000],
    [keys, now + 900_000],
    [{ 's3.access-key-id': 'a', 's3.secret-access-key': 's' }, null],
    [{ 'gcs.oauth2.token': 'g', 'gcs.oauth2.token-expires-at': '3000000' }, 3_000_000],
    [{ 'adls.sas-token.acc.dfs.core.windows.net': 's' }, now + 900_000],
    [
      {
        'adls.sas-token.acc.dfs.core.windows.net': 's',
        'adls.sas-token-expires-at-ms.acc.dfs.core.windows.net': '4000000',
      },
      4_000_000,
    ],
  ])('the credential %j of the upstream has the expiry %s', (config, expiresAt) => {
    const decoded = decode({ 'storage-credentials': [{ prefix: 'x://b/', config }] })
    expect(decoded?.expiresAt).toBe(expiresAt)
    expect(decoded?.credentials[0].config).toEqual(config)
  })

  test.each([
    { config: {} },
    { config: { 's3.access-key-id': 'a' } },
    { config: { 'adls.auth.shared-key.account.key': 'k' } },
    { 'storage-credentials': 'no' },
    {},
  ])('the response %j of the upstream contains no complete credential, and is decoded as null', (body) => {
    expect(decode(body)).toBeNull()
  })

  test('a credential response of the upstream that is not JSON is refused', () => {
    expect(() => decodeVendedKeys(Buffer.from('<html>'), now)).toThrow(/malformed/)
  })

  test('the credential of the upstream with the longest prefix of a location is selected', () => {
    const decoded = decode({
      'storage-credentials': [
        { prefix: 's3://b/', config: keys },
        { prefix: 's3://b/t/', config: { ...keys, 's3.access-key-id': 'near' } },
      ],
    })
    if (decoded === null) throw new Error('the response has credentials')
    expect(credentialFor(decoded, 's3://b/t/')?.config['s3.access-key-id']).toBe('near')
    expect(credentialFor(decoded, 's3://b/u/')?.config['s3.access-key-id']).toBe('a')
    expect(credentialFor(decoded, 's3://c/')).toBeNull()
  })
})
