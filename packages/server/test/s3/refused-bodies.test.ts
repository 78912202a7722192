import { randomBytes } from 'node:crypto'
import type { Header } from '@headgate/sigv4'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { rawRequest, signedHeaders, parseStatus } from './client.ts'
import { bucket, type TestEndpoint, testEndpoint } from './endpoint.ts'
import { talk } from './socket.ts'

let endpoint: TestEndpoint
beforeAll(async () => {
  endpoint = await testEndpoint({ limits: { requestTimeoutMs: 700, maxObjectPartBytes: 3_000_000 } })
})
afterAll(() => endpoint[Symbol.asyncDispose]())

let count = 0
let key: string
let path: string
beforeEach(() => {
  key = `wh/t1/body-${(count += 1)}`
  path = `/${bucket}/${key}`
})

const small = randomBytes(1000)
const close: Header = ['connection', 'close']
const stored = async (): Promise<boolean> => (await endpoint.files()).includes(key)

describe('Limits', () => {
  test('the endpoint refuses a body above the size limit before it reads the body, and the client receives the error', async () => {
    const body = Buffer.alloc(3_000_001)
    const length: Header = ['content-length', String(body.length)]
    const near = signedHeaders(endpoint.url, 'PUT', path, {
      credentials: endpoint.mint(),
      body,
      headers: [close, length],
    })
    const response = await talk(endpoint.port, [rawRequest('PUT', path, near, body)])
    expect(parseStatus(response)).toBe('400 EntityTooLarge')
    const headers = signedHeaders(endpoint.url, 'PUT', path, {
      credentials: endpoint.mint(),
      payloadHash: 'UNSIGNED-PAYLOAD',
      headers: [['content-length', '99999999999']],
    })
    expect(parseStatus(await talk(endpoint.port, [rawRequest('PUT', path, headers)]))).toBe(
      '400 EntityTooLarge',
    )
  })

  test('the endpoint refuses a body without a declared length', async () => {
    const headers = signedHeaders(endpoint.url, 'PUT', path, {
      credentials: endpoint.mint(),
      payloadHash: 'UNSIGNED-PAYLOAD',
      headers: [['transfer-encoding', 'chunked'], close],
    })
    const response = await talk(endpoint.port, [rawRequest('PUT', path, headers, '3\r\nabc\r\n0\r\n\r\n')])
    expect(parseStatus(response)).toBe('411 MissingContentLength')
  })
})

describe('A client that expects 100-continue', () => {
  const expecting = (credentials = endpoint.mint()): Buffer =>
    rawRequest(
      'PUT',
      path,
      signedHeaders(endpoint.url, 'PUT', path, {
        credentials,
        body: small,
        headers: [
          ['content-length', String(small.length)],
          ['expect', '100-continue'],
        ],
      }),
    )

  test('a client with Expect: 100-continue gets 100 Continue after it is authenticated and authorized', async () => {
    const response = await talk(endpoint.port, [expecting(), 100, small], { until: /200 OK/ })
    expect(response).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/)
    expect(await stored()).toBe(true)
  })

  test('a client with Expect: 100-continue gets a refusal before it sends its body', async () => {
    const credentials = endpoint.mint({ permission: 'read' })
    const response = await talk(endpoint.port, [expecting(credentials)], { until: /<\/Error>/ })
    expect(response).toMatch(/^HTTP\/1\.1 403/)
    expect(response).not.toContain('100 Continue')
    expect(response).toMatch(/\r\nconnection: close\r\n/i)
  })
})

test('The connection stays open after a small body was refused', async () => {
  const credentials = endpoint.mint({ permission: 'read' })
  const refused = rawRequest(
    'PUT',
    path,
    signedHeaders(endpoint.url, 'PUT', path, {
      credentials,
      body: small,
      headers: [['content-length', String(small.length)]],
    }),
    small,
  )
  const response = await talk(endpoint.port, [refused, 50, refused], { until: /<\/Error>[^]*<\/Error>/ })
  expect(response.match(/HTTP\/1\.1 403/g)).toHaveLength(2)
})

test('The endpoint does not parse a second request in the body of a refused one', async () => {
  const inner = rawRequest(
    'GET',
    path,
    signedHeaders(endpoint.url, 'GET', path, { credentials: endpoint.mint() }),
  )
  const outer = rawRequest(
    'PUT',
    path,
    signedHeaders(endpoint.url, 'PUT', path, {
      credentials: endpoint.mint({ permission: 'read' }),
      body: inner,
      headers: [['content-length', String(inner.length)]],
    }),
    inner,
  )
  const response = await talk(endpoint.port, [outer, 500], { until: /<\/Error>/ })
  expect(response.match(/HTTP\/1\.1 /g)).toHaveLength(1)
})
