import { describe, expect, it } from 'vitest'
import { sha256Hex } from '../src/sha256-hex.ts'
import { parseRequest } from '../src/incoming/parse-request.ts'
import type { ParsedRequest } from '../src/incoming/parsed-request.ts'
import { presign } from '../src/presign.ts'
import { signRequest } from '../src/sign-request.ts'
import { stringToSign } from '../src/signature.ts'
import { readVectors, withHeaders, type Expected, type Vector } from './vectors.ts'
import * as web from '../src/web/index.ts'
import { WebSigningKeys } from '../src/web/index.ts'
import { verifySignature } from '../src/verify-signature.ts'
import type { WireRequest } from '../src/wire-request.ts'

const vectors = readVectors()

it('the official signature suite has 38 cases', () => {
  expect(vectors).toHaveLength(38)
})

describe.each(vectors)('$name', (vector) => {
  const bodySha256 = sha256Hex(vector.body)
  const signing = {
    credentials: vector.credentials,
    region: vector.region,
    service: vector.service,
    date: vector.date,
    rules: vector.rules,
    sessionToken: vector.sessionToken,
    payloadHash: bodySha256,
  }

  it('signRequest returns the published headers', () => {
    const { headers, seed } = signRequest(vector.request, { ...signing, payloadHeader: vector.payloadHeader })
    expect(seed.signature).toBe(vector.header.signature)
    expect(sorted(withHeaders(vector.request, headers))).toEqual(sorted(vector.header.signedRequest))
  })

  it('presign returns the published target', () => {
    const target = presign(vector.request, { ...signing, expiresSeconds: vector.expiresSeconds })
    expect(target).toBe(vector.query.signedRequest.target)
  })

  it('Web Crypto returns the same signatures', async () => {
    const keys = new WebSigningKeys()
    const { headers } = await web.signRequest(vector.request, {
      ...signing,
      payloadHeader: vector.payloadHeader,
      keys,
    })
    expect(sorted(withHeaders(vector.request, headers))).toEqual(sorted(vector.header.signedRequest))
    const options = { ...signing, expiresSeconds: vector.expiresSeconds, keys }
    expect(await web.presign(vector.request, options)).toBe(vector.query.signedRequest.target)
  })

  it('each step of the verification of a signature in headers has the published result', () => {
    verifies(vector, vector.header, bodySha256)
  })

  it('each step of the verification of a signature in the query has the published result', () => {
    verifies(vector, vector.query, bodySha256)
  })

  it.each(['header', 'query'] as const)(
    'verification refuses a signature with another secret (%s)',
    (form) => {
      const parsed = parse(vector, vector[form].signedRequest)
      const verified = verifySignature(parsed, `${vector.credentials.secretAccessKey}x`, { bodySha256 })
      expect(verified.ok ? 'verified' : verified.refusal.code).toBe('signature-mismatch')
    },
  )
})

function verifies(vector: Vector, expected: Expected, bodySha256: string): void {
  const parsed = parse(vector, expected.signedRequest)
  const canonicalRequest = parsed.canonicalHead + bodySha256
  expect(canonicalRequest).toBe(expected.canonicalRequest)
  expect(stringToSign(parsed.timestamp, parsed.scope, canonicalRequest)).toBe(expected.stringToSign)
  expect(parsed.signature).toBe(expected.signature)
  expect(parsed.sessionToken).toBe(vector.credentials.sessionToken)
  expect(verifySignature(parsed, vector.credentials.secretAccessKey, { bodySha256 }).ok).toBe(true)
}

function parse(vector: Vector, request: WireRequest): ParsedRequest {
  const parsed = parseRequest(request, {
    services: [vector.service],
    regions: [vector.region],
    now: vector.date,
    rules: vector.rules,
    sessionToken: vector.sessionToken,
  })
  if (!parsed.ok) throw parsed.refusal
  return parsed.value
}

/** Sorts headers by their lower-case names. Headers of one name keep their order. */
function sorted({ method, target, headers }: WireRequest): unknown {
  const lower = [...headers].map(([name, value]): [string, string] => [name.toLowerCase(), value])
  return { method, target, headers: lower.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)) }
}
