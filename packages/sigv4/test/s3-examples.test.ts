import { expect, it } from 'vitest'
import { decodeBody } from '../src/body/decode-body.ts'
import { encodeBody, encodedLength, streamingHeaders, streamingPayloadHash } from '../src/body/encode-body.ts'
import { sha256Hex } from '../src/sha256-hex.ts'
import { parseRequest } from '../src/incoming/parse-request.ts'
import { EMPTY_SHA256 } from '../src/payload-hashes.ts'
import { presign } from '../src/presign.ts'
import { signRequest } from '../src/sign-request.ts'
import { collect, split } from './streams.ts'
import { verifySignature, type VerifiedRequest } from '../src/verify-signature.ts'
import type { Header, WireRequest } from '../src/wire-request.ts'

// Examples of the Amazon S3 API Reference, "Authenticating Requests (AWS Signature Version 4)", with their published
// results.
const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
}
const date = new Date('2013-05-24T00:00:00Z')
const signing = { credentials, region: 'us-east-1', service: 's3', date }
const policy = { services: ['s3'], regions: ['us-east-1'], now: date }
const host: Header = ['Host', 'examplebucket.s3.amazonaws.com']

const examples: [title: string, request: WireRequest, payloadHash: string, signature: string][] = [
  [
    'GET object',
    { method: 'GET', target: '/test.txt', headers: [host, ['Range', 'bytes=0-9']] },
    EMPTY_SHA256,
    'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  ],
  [
    'PUT object',
    {
      method: 'PUT',
      target: '/test%24file.text',
      headers: [
        host,
        ['Date', 'Fri, 24 May 2013 00:00:00 GMT'],
        ['x-amz-storage-class', 'REDUCED_REDUNDANCY'],
      ],
    },
    sha256Hex('Welcome to Amazon S3.'),
    '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  ],
  [
    'GET bucket lifecycle',
    { method: 'GET', target: '/?lifecycle', headers: [host] },
    EMPTY_SHA256,
    'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  ],
  [
    'GET bucket (list objects)',
    { method: 'GET', target: '/?max-keys=2&prefix=J', headers: [host] },
    EMPTY_SHA256,
    '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  ],
]

it.each(examples)(
  'the example "%s" of Amazon has the published signature, and is verified',
  (_, request, payloadHash, signature) => {
    const { headers, seed } = signRequest(request, { ...signing, payloadHash })
    expect(seed.signature).toBe(signature)
    const verified = verify({ ...request, headers: [...request.headers, ...headers] })
    expect(verified.request.payload).toEqual({ kind: 'hashed', sha256: payloadHash })
  },
)

it('the example of a presigned GET request has the published signature, and is valid for a day', () => {
  const request = { method: 'GET', target: '/test.txt', headers: [host] }
  const target = presign(request, { ...signing, expiresSeconds: 86_400 })
  expect(target).toBe(
    '/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request' +
      '&X-Amz-Date=20130524T000000Z&X-Amz-SignedHeaders=host&X-Amz-Expires=86400' +
      '&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
  )
  const verified = verify({ ...request, target })
  expect(verified.request.payload).toEqual({ kind: 'unsigned' })
  expect(verified.request.expiresAt).toEqual(new Date('2013-05-25T00:00:00Z'))
})

const body = Buffer.alloc(66_560, 'a')
const streamed = {
  method: 'PUT',
  target: '/examplebucket/chunkObject.txt',
  host: ['Host', 's3.amazonaws.com'],
  storageClass: ['x-amz-storage-class', 'REDUCED_REDUNDANCY'],
} as const

it('the example of a chunked upload has the published signatures, and is decoded', async () => {
  const form = { chunks: 'signed' } as const
  const request = {
    method: streamed.method,
    target: streamed.target,
    headers: [streamed.host, streamed.storageClass, ...streamingHeaders(form, body.length)],
  }
  expect(encodedLength(form, body.length)).toBe(66_824)
  const { headers, seed } = signRequest(request, { ...signing, payloadHash: streamingPayloadHash(form) })
  expect(seed.signature).toBe('4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9')

  const encoded = await collect(encodeBody([body], form, seed))
  expect(encoded).toHaveLength(66_824)
  expect(signaturesIn(encoded)).toEqual([
    'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
    '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
    'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
  ])
  const verified = verify({ ...request, headers: [...request.headers, ...headers] })
  expect((await collect(decodeBody(verified, split(encoded, 1000)))).equals(body)).toBe(true)
})

it('the example of a chunked upload with a trailer has the published signatures, and is decoded', async () => {
  const form = { chunks: 'signed', trailer: 'crc32c' } as const
  const request = {
    method: streamed.method,
    target: streamed.target,
    headers: [
      streamed.host,
      streamed.storageClass,
      ['content-encoding', 'aws-chunked'],
      ['x-amz-decoded-content-length', '66560'],
      ['x-amz-trailer', 'x-amz-checksum-crc32c'],
    ] satisfies Header[],
  }
  const { headers, seed } = signRequest(request, { ...signing, payloadHash: streamingPayloadHash(form) })
  expect(seed.signature).toBe('106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e')

  const encoded = await collect(encodeBody([body], form, seed))
  expect(signaturesIn(encoded)).toEqual([
    'b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2',
    '1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7',
    '2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992',
    'd81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435',
  ])
  expect(encoded.toString('latin1')).toContain('x-amz-checksum-crc32c:sOO8/Q==\r\n')
  const verified = verify({ ...request, headers: [...request.headers, ...headers] })
  expect((await collect(decodeBody(verified, split(encoded, 1000)))).equals(body)).toBe(true)

  // In the published trailer a single line feed, which is signed, precedes the end of the line.
  const asPublished = encoded.toString('latin1').replace('sOO8/Q==\r\n', 'sOO8/Q==\n\r\n')
  const decoded = await collect(decodeBody(verified, split(Buffer.from(asPublished, 'latin1'), 1000)))
  expect(decoded.equals(body)).toBe(true)
})

function verify(request: WireRequest): VerifiedRequest {
  const parsed = parseRequest(request, policy)
  if (!parsed.ok) throw parsed.refusal
  const verified = verifySignature(parsed.value, credentials.secretAccessKey)
  if (!verified.ok) throw verified.refusal
  return verified.value
}

function signaturesIn(encoded: Buffer): string[] {
  return [...encoded.toString('latin1').matchAll(/signature[=:]([0-9a-f]{64})/g)].map(([, hex = '']) => hex)
}
