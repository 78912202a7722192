import { createPublicKey, verify, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { deriveAsymmetricKey } from './asymmetric-key.ts'
import { draftHeaders, draftQuery } from './draft.ts'
import { sha256Hex } from './sha256-hex.ts'
import { presignV4a, signRequestV4a } from './sign-v4a.ts'
import { readInputs, readVectors, type Vector } from '../test/vectors.ts'

const vectors = readVectors('v4a')
const inputs = readInputs('v4a')

it('the official signature suite has 38 cases with results and 2 without', () => {
  expect([vectors.length, inputs.length]).toEqual([38, 2])
})

it.each(inputs)(
  'signRequestV4a signs the case $name, which has no result in the official suite, with the key of the suite',
  ({ request }) => {
    const [some] = vectors
    if (some === undefined) throw new Error('The suite contains no vectors')
    const { credentials, service, date, region: regionSet } = some
    const key = deriveAsymmetricKey(credentials.accessKeyId, credentials.secretAccessKey)
    const options = { credentials, service, date, payloadHash: sha256Hex(''), key, regionSet }
    const draft = draftHeaders(request, { algorithm: 'AWS4-ECDSA-P256-SHA256', regionSet }, options)
    const [, , query = ''] = draft.canonicalRequest.split('\n')
    expect(query).toBe(query.split('&').toSorted().join('&'))
    const authorization = findHeader(signRequestV4a(request, options), 'authorization')
    const text = draft.stringToSign(sha256Hex(draft.canonicalRequest))
    expect(verifies(publicKey(some), text, authorization.split('Signature=')[1] ?? '')).toBe(true)
  },
)

describe.each(vectors)('$name', (vector) => {
  const { accessKeyId, secretAccessKey } = vector.credentials
  const key = deriveAsymmetricKey(accessKeyId, secretAccessKey)
  const published = publicKey(vector)
  const options = {
    credentials: vector.credentials,
    service: vector.service,
    date: vector.date,
    rules: vector.rules,
    sessionToken: vector.sessionToken,
    payloadHash: sha256Hex(vector.body),
    payloadHeader: vector.payloadHeader,
    expiresSeconds: vector.expiresSeconds,
    key,
    regionSet: vector.region,
  }
  const scheme = { algorithm: 'AWS4-ECDSA-P256-SHA256', regionSet: vector.region } as const

  it('the derived key pair of signature version 4A equals the published key pair', () => {
    expect(key.publicKey.equals(published)).toBe(true)
  })

  it.each(['header', 'query'] as const)(
    'signature version 4A has the canonical request and the string to sign of the official suite (%s)',
    (form) => {
      const draft =
        form === 'header'
          ? draftHeaders(vector.request, scheme, options)
          : draftQuery(vector.request, scheme, options)
      expect(draft.canonicalRequest).toBe(vector[form].canonicalRequest)
      expect(draft.stringToSign(sha256Hex(draft.canonicalRequest))).toBe(vector[form].stringToSign)
      expect(verifies(published, vector[form].stringToSign, vector[form].signature)).toBe(true)
    },
  )

  it('signature version 4A in the headers is valid', () => {
    const headers = signRequestV4a(vector.request, options)
    const authorization = headers.find(([name]) => name === 'authorization')?.[1] ?? ''
    const [, start = '', signature = ''] = /^(.*, Signature=)([0-9a-f]+)$/.exec(authorization) ?? []
    const expected = findHeader(vector.header.signedRequest.headers, 'authorization')
    expect(expected.startsWith(start)).toBe(true)
    expect(verifies(published, vector.header.stringToSign, signature)).toBe(true)
    expect(verifies(published, `${vector.header.stringToSign} `, signature)).toBe(false)
  })

  it('signature version 4A in the query is valid', () => {
    const [start = '', signature = ''] = presignV4a(vector.request, options).split('&X-Amz-Signature=')
    expect(vector.query.signedRequest.target.startsWith(start)).toBe(true)
    expect(verifies(published, vector.query.stringToSign, signature)).toBe(true)
  })
})

it.each(['us-east-1 us-west-2', '', 'a,,b', 'us-east-1\n', ','])(
  'signRequestV4a refuses the region set %j',
  (regionSet) => {
    const key = deriveAsymmetricKey('AKID', 'secret')
    const request = { method: 'GET', target: '/', headers: [['host', 'h'] as const] }
    const credentials = { accessKeyId: 'AKID' }
    const options = { credentials, service: 's', date: new Date(), payloadHash: 'x', key, regionSet }
    expect(() => signRequestV4a(request, options)).toThrow('must be plain names')
  },
)

function verifies(key: KeyObject, text: string, signature: string): boolean {
  return verify('sha256', Buffer.from(text, 'latin1'), key, Buffer.from(signature, 'hex'))
}

function publicKey(vector: Vector): KeyObject {
  const { X, Y } = JSON.parse(readFileSync(new URL('public-key.json', vector.folder), 'utf8')) as Record<
    'X' | 'Y',
    string
  >
  const part = (hex: string): string => Buffer.from(hex, 'hex').toString('base64url')
  return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: part(X), y: part(Y) }, format: 'jwk' })
}

function findHeader(headers: Iterable<readonly [string, string]>, name: string): string {
  return [...headers].find(([each]) => each.toLowerCase() === name)?.[1] ?? ''
}
