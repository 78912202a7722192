import { hash, randomUUID } from 'node:crypto'
import { isHeadgateError } from '@headgate/errors'
import { describe, expect, test } from 'vitest'
import {
  type BodyHashForm,
  received,
  signHeaders,
  type SignOptions,
  type UnsignedRequest,
} from '../../../test/identity/access-keys/sign.ts'
import type { ProvenIdentity } from '../../proven-identity.ts'
import { generateAccessKey } from './access-key.ts'
import { type SignedCaller, SignedRequests, type SignedRequestsOptions } from './signed-requests.ts'

const now = Date.parse('2026-03-14T09:26:53Z')
const key = generateAccessKey()
const identity: ProvenIdentity = {
  principal: { id: randomUUID(), issuer: 'headgate', subject: 'etl', name: 'etl' },
  actors: [],
  method: 'access-key',
  provenByKey: key.accessKeyId,
  expiresAt: null,
}
const find = (id: string): { secret: string; identity: ProvenIdentity } | null =>
  id === key.accessKeyId ? { secret: key.secretAccessKey, identity } : null

function verifier(options: Partial<SignedRequestsOptions> = {}): SignedRequests {
  const accepted = { services: ['execute-api', 'glue'], regions: [], basePath: '' }
  return new SignedRequests({ accessKeys: { find }, ...accepted, now: () => now, ...options })
}

const get: UnsignedRequest = {
  method: 'GET',
  target: '/v1/lake/namespaces?parent=a%1Fb',
  host: 'lake.example:8181',
}
const post: UnsignedRequest = {
  method: 'POST',
  target: '/v1/lake/namespaces',
  host: 'lake.example:8181',
  headers: [
    ['content-type', 'application/json'],
    ['idempotency-key', 'k'],
  ],
  body: '{"namespace":["a"]}',
}

/** Signs a request and verifies it. */
function verify(
  request: UnsignedRequest,
  options: SignOptions & { readonly sent?: UnsignedRequest; readonly server?: SignedRequests } = {},
): Promise<SignedCaller> {
  const headers = signHeaders(request, key, { date: new Date(now), ...options })
  const { sent = request, server = verifier() } = options
  return server.verify(received(sent, headers), () => Promise.resolve(hash('sha256', sent.body ?? '', 'hex')))
}

async function refusal(promise: Promise<unknown>): Promise<{ message: string; reason: string }> {
  try {
    await promise
  } catch (error) {
    if (isHeadgateError(error, 'unauthenticated') && error.cause instanceof Error)
      return { message: error.message, reason: error.cause.message }
    throw error
  }
  throw new Error('the signature was accepted')
}

describe('SignedRequests', () => {
  test.each<[BodyHashForm, UnsignedRequest]>([
    ['iceberg-java', get],
    ['iceberg-java', post],
    ['pyiceberg', get],
    ['pyiceberg', post],
    ['hex', post],
  ])(
    'the server returns the identity of the access key for a signed request in the form of %s',
    async (form, request) => {
      expect(await verify(request, { form })).toEqual({
        identity,
        bodySha256: hash('sha256', request.body ?? '', 'hex'),
      })
    },
  )

  test('the server reads the body before the verification only if the signed request does not contain its hash', async () => {
    const reads: string[] = []
    for (const form of ['iceberg-java', 'hex', 'pyiceberg'] as const) {
      const headers = signHeaders(post, key, { form, date: new Date(now) })
      await verifier().verify(received(post, headers), () => {
        reads.push(form)
        return Promise.resolve(hash('sha256', post.body ?? '', 'hex'))
      })
    }
    expect(reads).toEqual(['pyiceberg'])
  })

  test('the server returns the same error for an unknown access key and a wrong signature', async () => {
    const stranger = { ...generateAccessKey(), secretAccessKey: key.secretAccessKey }
    const forger = { ...key, secretAccessKey: 'a guess' }
    const answers = await Promise.all(
      [stranger, forger, { ...key, accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }].map((each) => {
        const headers = signHeaders(get, each, { date: new Date(now) })
        return refusal(verifier().verify(received(get, headers), () => Promise.reject(new Error('read'))))
      }),
    )
    expect(new Set(answers.map(({ message }) => message)).size).toBe(1)
    expect(answers.map(({ reason }) => reason)).toEqual([
      `signature of access key ${stranger.accessKeyId} refused: unknown-access-key`,
      `signature of access key ${key.accessKeyId} refused: signature-mismatch`,
      'signature refused: unknown-access-key',
    ])
  })

  test('the server accepts a signature for 5 minutes before and after its time', async () => {
    for (const seconds of [-300, 300]) {
      const date = new Date(now + seconds * 1000)
      expect(await verify(get, { date })).toMatchObject({ identity })
      const late = new Date(date.getTime() + Math.sign(seconds) * 1000)
      const { message, reason } = await refusal(verify(get, { date: late }))
      expect(reason).toContain('time-too-skewed')
      expect(message).toMatch(/^The request was signed at .* A signature is valid for 5 minutes/)
    }
  })

  test('the server accepts signatures only for the configured services, and for all regions unless some are configured', async () => {
    expect(await verify(get, { service: 'glue', region: 'anywhere-1' })).toMatchObject({ identity })
    expect(await refusal(verify(get, { service: 's3' }))).toMatchObject({
      reason: 'signature refused: wrong-scope',
    })
    const server = verifier({ regions: ['eu-central-1'] })
    expect(await verify(get, { region: 'eu-central-1', server })).toMatchObject({ identity })
    expect(await refusal(verify(get, { server }))).toMatchObject({ reason: 'signature refused: wrong-scope' })
  })

  test('the server accepts a signature over the path with the prefix of the public URL, which a proxy removes, and over the path without this prefix', async () => {
    const server = verifier({ basePath: '/lake/catalog' })
    const outside = { ...get, target: `/lake/catalog${get.target}` }
    expect(await verify(outside, { sent: get, server })).toMatchObject({ identity })
    expect(await verify(get, { server })).toMatchObject({ identity })
    const other = { ...get, target: `/lake/other${get.target}` }
    expect(await refusal(verify(other, { sent: get, server }))).toMatchObject({
      reason: expect.stringContaining('signature-mismatch') as string,
    })
  })

  test('the server refuses a signed path with empty segments, for which the same signature is valid', async () => {
    const sent = { ...get, target: '/v1//lake/namespaces?parent=a%1Fb' }
    expect(await refusal(verify(get, { sent }))).toMatchObject({
      reason: expect.stringContaining('other path') as string,
    })
  })

  test('the server refuses a token that accompanies a signature, except the text that PyIceberg sends without a token', async () => {
    const moved = (value: string): UnsignedRequest => ({
      ...get,
      headers: [['original-authorization', value]],
    })
    expect(await verify(moved('Bearer None'))).toMatchObject({ identity })
    const { message, reason } = await refusal(verify(moved('Bearer abc')))
    expect(reason).toBe('signature refused: two identities')
    expect(message).not.toContain('abc')
  })

  test('the server refuses the session token of a storage credential in a signed request', async () => {
    const request: UnsignedRequest = { ...get, headers: [['x-amz-security-token', 'token']] }
    expect(await refusal(verify(request))).toMatchObject({
      reason: expect.stringContaining('session token') as string,
    })
  })

  test.each(['UNSIGNED-PAYLOAD', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'])(
    'the server refuses the payload hash %s, because every body must be signed',
    async (value) => {
      const headers: UnsignedRequest['headers'] = [
        ['x-amz-content-sha256', value],
        ['x-amz-trailer', 'x-amz-checksum-crc32'],
        ['x-amz-decoded-content-length', '19'],
      ]
      expect(await refusal(verify({ ...post, headers }, { form: 'pyiceberg' }))).toMatchObject({
        reason: expect.stringContaining('unsigned payload') as string,
      })
    },
  )

  test('the server refuses headers that change an operation unless they are signed', async () => {
    for (const name of [
      'idempotency-key',
      'x-iceberg-access-delegation',
      'content-encoding',
      'if-none-match',
    ]) {
      const request: UnsignedRequest = { ...post, headers: [[name, 'gzip']] }
      expect(await verify(request)).toMatchObject({ identity })
      expect(await refusal(verify(request, { unsignedHeaders: [name] }))).toMatchObject({
        reason: 'signature refused: header-not-signed',
      })
    }
  })

  test('the server refuses a request from which the signed body was removed', async () => {
    const sent = { ...post, body: '' }
    expect(await refusal(verify(post, { sent }))).toMatchObject({
      reason: expect.stringContaining('payload-mismatch') as string,
    })
    expect(await refusal(verify(post, { sent, form: 'pyiceberg' }))).toMatchObject({
      reason: expect.stringContaining('signature-mismatch') as string,
    })
  })
})
