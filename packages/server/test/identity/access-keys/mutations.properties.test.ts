import { hash, randomUUID } from 'node:crypto'
import { isHeadgateError } from '@headgate/errors'
import type { Header } from '@headgate/sigv4'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { generateAccessKey } from '../../../src/identity/access-keys/access-key.ts'
import { SignedRequests } from '../../../src/identity/access-keys/signed-requests.ts'
import type { ProvenIdentity } from '../../../src/proven-identity.ts'
import { type BodyHashForm, received, signHeaders, type UnsignedRequest } from './sign.ts'

// Each mutation changes a signed request on its way. The server must refuse each result.
const runs = 1_500

const now = Date.parse('2026-03-14T09:26:53Z')
const keys = [generateAccessKey(), generateAccessKey()] as const
const [key, otherKey] = keys
const identity: ProvenIdentity = {
  principal: { id: randomUUID(), issuer: 'headgate', subject: 'etl', name: 'etl' },
  actors: [],
  method: 'access-key',
  expiresAt: null,
}
const server = new SignedRequests({
  accessKeys: {
    find(id) {
      const found = keys.find(({ accessKeyId }) => accessKeyId === id)
      return found === undefined ? null : { secret: found.secretAccessKey, identity }
    },
  },
  services: ['execute-api', 'glue', 's3tables'],
  regions: [],
  basePath: '',
  now: () => now,
})

/** Request on its way to the server: its headers contain the signature. */
interface Sent extends UnsignedRequest {
  readonly headers: readonly Header[]
  readonly body: string
}

const base = {
  method: 'POST',
  target: '/v1/lake/namespaces/a%1Fb/tables/t?snapshots=refs&referenced-by=x',
  host: 'lake.example:8181',
  headers: [
    ['Content-Type', 'application/json'],
    ['Idempotency-Key', '0198c5aa-7d0f-7c52-a6a2-5f7b8f1f6f03'],
    ['X-Iceberg-Access-Delegation', 'vended-credentials'],
    ['X-Client-Version', 'Apache Iceberg 1.12.0'],
  ] satisfies Header[],
  body: '{"requirements":[],"updates":[]}',
}

type Mutation = (request: Sent, pick: number) => Sent

const mutations: Readonly<Record<string, Mutation>> = {
  method: (request, pick) => ({
    ...request,
    method: ['GET', 'PUT', 'DELETE', 'HEAD', 'post'][pick % 5] ?? '',
  }),
  path: (request, pick) => inPath(request, (path) => replaceAt(path, 1 + (pick % (path.length - 1)), pick)),
  'longer path': (request, pick) => inPath(request, (path) => insertAt(path, 1 + (pick % path.length), pick)),
  'decoded path': (request) => inPath(request, (path) => path.replace('%1F', '.')),
  query: (request, pick) => inQuery(request, (query) => replaceAt(query, pick % query.length, pick)),
  'removed parameter': (request, pick) =>
    inQuery(request, (query) =>
      query
        .split('&')
        .toSpliced(pick % 2, 1)
        .join('&'),
    ),
  'added parameter': (request, pick) => inQuery(request, (query) => `${query}&purgeRequested=${pick}`),
  'removed query': (request) => ({ ...request, target: request.target.replace(/\?.*/, '') }),
  host: (request, pick) => inHeader(request, 'host', (host) => replaceAt(host, pick % host.length, pick)),
  'other port': (request) => inHeader(request, 'host', () => 'lake.example:8182'),
  'value of a header': (request, pick) => {
    const name = base.headers[pick % base.headers.length]?.[0] ?? ''
    return inHeader(request, name, (value) => replaceAt(value, pick % value.length, pick))
  },
  'removed header': (request, pick) => {
    const name = base.headers[pick % base.headers.length]?.[0]
    return { ...request, headers: request.headers.filter(([each]) => each !== name) }
  },
  'added header': (request, pick) => {
    const added: Header = [['x-amz-acl', 'if-none-match', 'content-encoding'][pick % 3] ?? '', 'x']
    return { ...request, headers: [...request.headers, added] }
  },
  'repeated header': (request, pick) => {
    const [name = ''] = base.headers[pick % base.headers.length] ?? []
    return { ...request, headers: [...request.headers, [name, 'again']] }
  },
  body: (request, pick) => ({ ...request, body: replaceAt(request.body, pick % request.body.length, pick) }),
  'longer body': (request, pick) => ({
    ...request,
    body: insertAt(request.body, pick % request.body.length, pick),
  }),
  'removed body': (request) => ({ ...request, body: '' }),
  date: (request, pick) =>
    inHeader(request, 'x-amz-date', () => `20260314T0926${String(pick % 53).padStart(2, '0')}Z`),
  key: (request) => inSignature(request, (text) => text.replace(key.accessKeyId, otherKey.accessKeyId)),
  'unknown key': (request) =>
    inSignature(request, (text) => text.replace(key.accessKeyId, generateAccessKey().accessKeyId)),
  region: (request) => inSignature(request, (text) => text.replace('us-east-1', 'us-east-2')),
  service: (request) => inSignature(request, (text) => text.replace('execute-api', 'glue')),
  day: (request) => inSignature(request, (text) => text.replace('/20260314/', '/20260313/')),
  signature: (request, pick) =>
    inSignature(request, (text) => {
      const at = text.length - 1 - (pick % 64)
      const digit = parseInt(text[at] ?? '', 16) ^ (1 + (pick % 15))
      return text.slice(0, at) + digit.toString(16) + text.slice(at + 1)
    }),
  'signed headers': (request, pick) =>
    inSignature(request, (text) =>
      text.replace(/(?<=SignedHeaders=)[^,]*/, (names) => {
        const all = names.split(';')
        return all.toSpliced(pick % all.length, 1).join(';')
      }),
    ),
}

test.each<BodyHashForm>(['iceberg-java', 'pyiceberg', 'hex'])(
  `the server refuses ${runs} mutations of a request in the form of %s`,
  async (form) => {
    const request: Sent = {
      ...base,
      headers: signHeaders(base, key, { form, date: new Date(now) }),
    }
    expect(await outcome(request)).toBe('verified')
    const reasons = new Map<string, number>()
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...Object.keys(mutations)), fc.nat(1_000_000), async (name, pick) => {
        const mutant = mutations[name]?.(request, pick) ?? request
        if (JSON.stringify(mutant) === JSON.stringify(request)) return
        const result = await outcome(mutant)
        expect(result).not.toBe('verified')
        reasons.set(result, (reasons.get(result) ?? 0) + 1)
      }),
      { numRuns: runs },
    )
    // Many mutations must reach the comparison of signatures, and not fail in an earlier check.
    expect(reasons.get('signature-mismatch')).toBeGreaterThan(runs * 0.3)
  },
)

/** Returns `verified`, or the code of the refusal. */
async function outcome(request: Sent): Promise<string> {
  const sha256 = hash('sha256', request.body, 'hex')
  try {
    const { bodySha256 } = await server.verify(received(request, request.headers), () =>
      Promise.resolve(sha256),
    )
    // The code that reads the body makes this comparison.
    return bodySha256 === sha256 ? 'verified' : 'payload-mismatch'
  } catch (error) {
    if (!isHeadgateError(error, 'unauthenticated') || !(error.cause instanceof Error)) throw error
    return error.cause.message.replace(/^.*refused: /, '')
  }
}

function inPath(request: Sent, change: (path: string) => string): Sent {
  const [path = '', query] = request.target.split('?')
  return { ...request, target: `${change(path)}?${query}` }
}

function inQuery(request: Sent, change: (query: string) => string): Sent {
  const [path, query = ''] = request.target.split('?')
  return { ...request, target: `${path}?${change(query)}` }
}

function inHeader(request: Sent, name: string, change: (value: string) => string): Sent {
  const headers = request.headers.map(([each, value]): Header => [
    each,
    each === name ? change(value) : value,
  ])
  return { ...request, headers }
}

function inSignature(request: Sent, change: (value: string) => string): Sent {
  return inHeader(request, 'authorization', change)
}

/** Replaces one character by another. Within a percent-escape, the result decodes to another byte. */
function replaceAt(text: string, at: number, pick: number): string {
  const other = letter(pick)
  return text.slice(0, at) + (text[at] === other ? '~' : other) + text.slice(at + 1)
}

function insertAt(text: string, at: number, pick: number): string {
  return text.slice(0, at) + letter(pick) + text.slice(at)
}

function letter(pick: number): string {
  return 'abcXYZ019-_'[pick % 11] ?? ''
}
