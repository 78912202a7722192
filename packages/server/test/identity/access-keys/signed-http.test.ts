import { hash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { type Header, presign } from '@headgate/sigv4'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { generateAccessKey, type AccessKey } from '../../../src/identity/access-keys/access-key.ts'
import { objectAt, textAt } from '../../iceberg/tables.ts'
import { type TestCaller, type TestServer, testServer } from '../../server.ts'
import {
  addAccessKey,
  sendRequest,
  sendSigned,
  type SentRequest,
  type SignedResponse,
} from './send-signed.ts'
import type { BodyHashForm } from './sign.ts'

const forms: readonly BodyHashForm[] = ['iceberg-java', 'pyiceberg', 'hex']
const secondMs = 1_000

let server: TestServer
let etl: TestCaller
let key: AccessKey
beforeAll(async () => {
  server = await testServer({ limits: { ...limits, maxBodyBytes: 1_048_576 } })
  etl = await server.caller('etl')
  await server.grant({ privilege: 'create', on: { kind: 'warehouse', id: server.warehouseId }, to: etl })
  key = await addAccessKey(server, 'etl')
})
afterAll(() => server[Symbol.asyncDispose]())

const limits = {
  maxBodyBytes: 16_777_216,
  maxJsonDepth: 100,
  maxJsonValues: 250_000,
  requestTimeoutMs: 30_000,
  maxConcurrentRequests: 1_000,
  maxNameBytes: 255,
  maxPageSize: 1_000,
}

const send = (line: string, options: Parameters<typeof sendSigned>[3] = {}): Promise<SignedResponse> =>
  sendSigned(server.url, key, line, options)

let names = 0
/** Returns the body of a request that creates a namespace, with this number of bytes of properties. */
function namespaceBody(padding = 0): string {
  names += 1
  return JSON.stringify({ namespace: [`n${names}`], properties: { padding: 'x'.repeat(padding) } })
}

async function refusals(): Promise<readonly string[]> {
  const { json } = await server.send('GET', '/management/v1/audit?outcome=denied&pageSize=1000')
  const { events } = objectAt(json) as { events: readonly { reason: string | null; principal: string }[] }
  return events.map(({ reason, principal }) => `${principal}: ${reason}`)
}

describe('Signed requests', () => {
  test.each(forms)(
    'a signature authenticates the same principal as a token, in the form of %s',
    async (form) => {
      const bySignature = await send('GET /management/v1/whoami', { form })
      const byToken = await etl.send('GET', '/management/v1/whoami')
      expect(bySignature.status).toBe(200)
      const [signed, token] = [objectAt(bySignature.json), objectAt(byToken.json)]
      expect(signed).toMatchObject({ method: 'access-key', obtainedBy: 'access-key', actors: [] })
      expect(signed['principal']).toEqual(token['principal'])
      expect(signed['roles']).toEqual(token['roles'])
    },
  )

  test.each(forms)(
    'a signed request with a body has the rights of its principal, in the form of %s',
    async (form) => {
      for (const padding of [0, 1_000, 100_000]) {
        const body = namespaceBody(padding)
        expect(await send('POST /v1/lakehouse/namespaces', { form, body })).toMatchObject({ status: 200 })
        expect(await send('POST /v1/lakehouse/namespaces', { form, body, announces: false })).toMatchObject({
          status: 409,
        })
      }
      expect(await send('POST /management/v1/principals', { form, body: '{"name":"x"}' })).toMatchObject({
        status: 403,
      })
      expect(await send('POST /v1/lakehouse/namespaces', { form, body: '{"namespace":' })).toMatchObject({
        status: 400,
      })
    },
  )

  test.each(forms)(
    'the server accepts a signed request with a compressed body, in the form of %s',
    async (form) => {
      const body = gzipSync(namespaceBody(200_000))
      const headers: Header[] = [['content-encoding', 'gzip']]
      expect(await send('POST /v1/lakehouse/namespaces', { form, body, headers })).toMatchObject({
        status: 200,
      })
    },
  )

  test('the server answers an equal signed request again within 5 minutes, as AWS does', async () => {
    const date = new Date(Date.now() - 290 * secondMs)
    for (let times = 0; times < 2; times += 1)
      expect(await send('GET /v1/config?warehouse=lakehouse', { date })).toMatchObject({ status: 200 })
  })

  test('the server refuses a signature more than 5 minutes before or after its time', async () => {
    for (const seconds of [-302, 302]) {
      const response = await send('GET /v1/config', { date: new Date(Date.now() + seconds * secondMs) })
      expect(response).toMatchObject({
        status: 401,
        json: { error: { type: 'NotAuthorizedException', code: 401 } },
      })
      expect(textAt(response.json, 'error', 'message')).toContain('correct the clock of the client')
    }
  })

  const target = 'GET /v1/lakehouse/namespaces?pageSize=2'
  const setHeader =
    (name: string, value: string) =>
    (request: SentRequest): SentRequest => ({
      ...request,
      headers: [...request.headers.filter(([each]) => each !== name), [name, value]],
    })
  test.each<[string, (request: SentRequest) => SentRequest]>([
    ['method', (request) => ({ ...request, method: 'POST' })],
    ['path', (request) => ({ ...request, target: request.target.replace('lakehouse', 'lakehouse2') })],
    ['query', (request) => ({ ...request, target: request.target.replace('=2', '=3') })],
    ['parameter', (request) => ({ ...request, target: `${request.target}&x=1` })],
    ['host', setHeader('host', 'other.example')],
    [
      'absolute request target',
      (request) => ({ ...request, target: `http://other.example${request.target}` }),
    ],
    ['x-amz header', setHeader('x-amz-meta-x', '1')],
    ['header x-iceberg-access-delegation', setHeader('x-iceberg-access-delegation', 'vended-credentials')],
    ['body', (request) => ({ ...setHeader('content-length', '2')(request), body: '{}' })],
    ['token below the signature', setHeader('original-authorization', 'Bearer abc')],
  ])('the server refuses a signed request with a changed or added %s', async (_, tamper) => {
    expect(await send(target)).toMatchObject({ status: 200 })
    expect(await send(target, { tamper })).toMatchObject({ status: 401 })
  })

  test.each(forms)(
    'the server refuses a body that differs from the signed one before it parses the body, in the form of %s',
    async (form) => {
      const tamper = (request: SentRequest): SentRequest => ({
        ...request,
        body: String(request.body).replace('"namespace"', '"namespacf"'),
      })
      for (const padding of [0, 100_000]) {
        const body = namespaceBody(padding)
        const path = 'POST /v1/lakehouse/namespaces'
        expect(await send(path, { form, body, tamper })).toMatchObject({ status: 401 })
        const broken = (request: SentRequest): SentRequest => ({ ...request, body: '{'.repeat(body.length) })
        expect(await send(path, { form, body, tamper: broken })).toMatchObject({ status: 401 })
      }
    },
  )

  test('the server refuses a body that differs from the signed one also for an operation that reads no body', async () => {
    const body = '{"a":1}'
    expect(await send('GET /v1/config?warehouse=lakehouse', { body })).toMatchObject({ status: 200 })
    const tamper = (request: SentRequest): SentRequest => ({ ...request, body: '{"a":2}' })
    for (const form of forms)
      expect(await send('GET /v1/config?warehouse=lakehouse', { form, body, tamper })).toMatchObject({
        status: 401,
      })
  })

  test('the server returns one error for unknown access keys and forged signatures, and records the reason', async () => {
    const forged = { ...key, secretAccessKey: generateAccessKey().secretAccessKey }
    const answers = await Promise.all(
      [forged, generateAccessKey()].map((each) => sendSigned(server.url, each, 'GET /v1/config')),
    )
    expect(answers[0]?.json).toEqual(answers[1]?.json)
    expect(answers[0]).toMatchObject({
      status: 401,
      json: { error: { type: 'NotAuthorizedException' } },
      headers: { 'www-authenticate': expect.not.stringContaining('invalid_token') as string },
    })
    await expect
      .poll(refusals)
      .toEqual(
        expect.arrayContaining([
          `unidentified: unauthenticated: signature of access key ${key.accessKeyId} refused: signature-mismatch`,
          expect.stringMatching(
            /^unidentified: unauthenticated: signature of .* refused: unknown-access-key$/,
          ),
        ]),
      )
  })

  test('the server does not authenticate a caller by a signature in the query (presigned request)', async () => {
    const body = namespaceBody()
    const { host } = new URL(server.url)
    const target = presign(
      { method: 'POST', target: '/v1/lakehouse/namespaces', headers: [['host', host]] },
      {
        credentials: key,
        service: 'execute-api',
        region: 'us-east-1',
        date: new Date(),
        expiresSeconds: 60,
        payloadHash: hash('sha256', body, 'hex'),
      },
    )
    const json: Header = ['content-type', 'application/json']
    // This server accepts callers without a token, and the presigned query does not change that.
    const request = { method: 'POST', target, headers: [['host', host], json] satisfies Header[], body }
    expect(await sendRequest(server.url, request)).toMatchObject({ status: 200 })
    const { json: audit } = await server.send(
      'GET',
      '/management/v1/audit?operation=createNamespace&pageSize=1',
    )
    expect(audit).toMatchObject({ events: [{ principal: 'anonymous', outcome: 'allowed' }] })
    expect(await send(`POST ${target}`, { body })).toMatchObject({ status: 401 })
  })

  test.each(forms)(
    'the server reads the body of a signed request up to the limit of the operation, in the form of %s',
    async (form) => {
      const body = namespaceBody(1_048_576)
      expect(await send('POST /v1/lakehouse/namespaces', { form, body })).toMatchObject({ status: 413 })
      expect(await send('POST /v1/config', { form, body })).toMatchObject({ status: 405 })
      // The server reads at most 64 KiB for an operation without a large body.
      const medium = { form, body: 'x'.repeat(70_000) }
      expect(await send('GET /v1/config', medium)).toMatchObject({ status: 413 })
    },
  )
})
