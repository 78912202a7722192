import * as fc from 'fast-check'
import { type Header, sha256Hex } from '@headgate/sigv4'
import { Agent, request } from 'node:http'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { codeIn, signedHeaders } from './client.ts'
import { copySources, methods, notingStorage, paths, queries, type Touched } from './attacks.ts'
import { bucket, type TestEndpoint, testEndpoint } from './endpoint.ts'

const prefix = `s3://${bucket}/wh/t1/`
const runs = Number(process.env['HEADGATE_ATTACK_RUNS'] ?? 700)
/** Time limit of each test in ms, long enough for a busy machine. */
const timeout = 60_000 + runs * 50
const touched: Touched[] = []
const agent = new Agent({ keepAlive: true, maxSockets: 1 })
let endpoint: TestEndpoint
beforeAll(async () => {
  endpoint = await testEndpoint({ around: (storage) => notingStorage(storage, touched) })
})
beforeEach(() => touched.splice(0))
afterAll(async () => {
  agent.destroy()
  await endpoint[Symbol.asyncDispose]()
})

interface Outcome {
  readonly status: number
  readonly text: string
}

function send(method: string, target: string, headers: readonly Header[], body: string): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    // The request line is sent unchanged, except for characters that Node refuses to send.
    const sent = request(
      { agent, port: endpoint.port, host: '127.0.0.1', method, path: target, headers: headers.flat() },
      (response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => (text += chunk.toString()))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

function sendSigned(
  method: string,
  target: string,
  more: readonly Header[],
  body: string,
  access: 'read' | 'read-write',
): Promise<Outcome> {
  const headers = signedHeaders(endpoint.url, method, signable(target), {
    credentials: endpoint.mint({ permission: access }),
    body,
    headers: [['content-length', String(Buffer.byteLength(body))], ...more],
  })
  return send(method, target, headers, body)
}

/**
 * Returns the signed headers of a request. A request that no client can sign gets the signature of another
 * request.
 */
function signable(target: string): string {
  return /%(?![0-9a-f]{2})/i.test(target) ? '/' : target
}

test(
  `The S3 endpoint accesses no key outside the session's prefix for ${runs} signed requests with hostile paths, queries and copy sources`,
  async () => {
    let inside = 0
    await fc.assert(
      fc.asyncProperty(methods, paths, queries, copySources, async (method, path, query, source) => {
        touched.splice(0)
        const target = query === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${query}`
        const keys = [path.slice(1 + bucket.length + 1), 'wh/t2/x', 'wh/t1/../t2/x', 'wh/t1/ok']
        const body = query.includes('delete')
          ? `<Delete>${keys.map((key) => `<Object><Key>${key.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</Key></Object>`).join('')}</Delete>`
          : 'body'
        const headers: Header[] =
          method === 'PUT' && source !== undefined ? [['x-amz-copy-source', source]] : []
        const { status, text } = await sendSigned(method, target, headers, body, 'read-write')
        for (const { location } of touched) expect(location.startsWith(prefix)).toBe(true)
        for (const { location } of touched) expect(location.split('/').includes('..')).toBe(false)
        expect(status).toBeLessThan(502)
        expect(codeIn(text)).not.toBe('InternalError')
        inside += touched.length > 0 ? 1 : 0
      }),
      { numRuns: runs },
    )
    // At least one request must succeed. Otherwise all requests may have been refused for an unrelated
    // reason.
    expect(inside).toBeGreaterThan(0)
  },
  timeout,
)

test(
  `The S3 endpoint never writes for ${runs} requests of sessions that may only read`,
  async () => {
    let reads = 0
    await fc.assert(
      fc.asyncProperty(methods, queries, copySources, async (method, query, source) => {
        touched.splice(0)
        const target = `/${bucket}${query.includes('list') || query.includes('delete') ? '' : '/wh/t1/a'}?${query}`
        const headers: Header[] = source === undefined ? [] : [['x-amz-copy-source', source]]
        const body = '<Delete><Object><Key>wh/t1/a</Key></Object></Delete>'
        await sendSigned(method, target, headers, body, 'read')
        expect(touched.filter(({ writes }) => writes)).toEqual([])
        reads += touched.length
      }),
      { numRuns: runs },
    )
    expect(reads).toBeGreaterThan(0)
  },
  timeout,
)

test(
  `The S3 endpoint refuses ${runs} signed requests that were changed at one position`,
  async () => {
    const target = `/${bucket}/wh/t1/a`
    const places = [
      'signature',
      'credential',
      'signed headers',
      'date',
      'token',
      'hash',
      'path',
      'method',
      'query',
      'header',
    ] as const
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...places),
        fc.nat(),
        fc.constantFrom('0', 'a', 'f', 'Z', '/', '%41'),
        async (place, at, by) => {
          touched.splice(0)
          const headers = signedHeaders(endpoint.url, 'GET', target, {
            credentials: endpoint.mint(),
            headers: [['x-amz-meta-a', '1']],
          })
          const altered = headers.map(([name, value]): Header => [name, alter(place, name, value, at, by)])
          const path =
            place === 'path'
              ? `${target}${by === '/' ? '/b' : by}`
              : place === 'query'
                ? `${target}?x-id=${by.replace('/', '')}`
                : target
          const more: Header[] = place === 'header' ? [['x-amz-meta-b', by]] : []
          const changed =
            place === 'path' ||
            place === 'query' ||
            place === 'method' ||
            place === 'header' ||
            altered.some(([, value], i) => value !== headers[i]?.[1])
          fc.pre(changed)
          const { status } = await send(place === 'method' ? 'HEAD' : 'GET', path, [...altered, ...more], '')
          expect([400, 403]).toContain(status)
          expect(touched).toEqual([])
        },
      ),
      { numRuns: runs },
    )
  },
  timeout,
)

function alter(place: string, name: string, value: string, at: number, by: string): string {
  const swapped = (text: string): string => {
    const i = at % text.length
    return text.slice(0, i) + by.charAt(0) + text.slice(i + 1)
  }
  switch (`${place} ${name}`) {
    case 'signature authorization':
      return value.replace(/[0-9a-f]{64}$/, swapped)
    case 'credential authorization':
      return value.replace(/(?<=Credential=)[^,]+/, swapped)
    case 'signed headers authorization':
      return value.replace(/(?<=SignedHeaders=)[^,]+/, (names) =>
        names
          .split(';')
          .toSpliced(at % names.split(';').length, 1)
          .join(';'),
      )
    case 'date x-amz-date':
    case 'token x-amz-security-token':
      return swapped(value)
    case 'hash x-amz-content-sha256':
      return sha256Hex(Buffer.from(`${at}`))
    default:
      return value
  }
}
