import type { LookupAddress } from 'node:dns'
import { AuthRegistry } from '@headgate/auth'
import { EndpointGuard } from '@headgate/storage'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { recordingProxy, type RecordingProxy } from '../../test/upstream/recording-proxy.ts'
import { UpstreamClient } from './client.ts'

let server: RecordingProxy
beforeAll(async () => {
  server = await recordingProxy('http://127.0.0.1:9')
  server.intercept(() => ({ status: 200, body: 'x'.repeat(100_000) }))
})
afterAll(() => server[Symbol.asyncDispose]())

const limits = { concurrency: 2, waiting: 1, timeoutMs: 2_000, responseBytes: 1_000_000 }
const request = { method: 'GET', path: '/v1/config', query: '', headers: [], body: null, safe: true } as const

function open(
  guard: EndpointGuard,
  {
    uri = server.url,
    auth = { 'rest.auth.type': 'none' },
    ...changed
  }: Readonly<Record<string, unknown>> = {},
): Promise<UpstreamClient> {
  return UpstreamClient.open({
    name: 'lake',
    uri: String(uri),
    limits: { ...limits, ...changed },
    guard,
    createAuth: (fetch) =>
      new AuthRegistry().create(auth as Record<string, string>, {
        uri: String(uri),
        fetch,
        env: {},
        initialize: false,
      }),
  })
}

const allowing = (): EndpointGuard => new EndpointGuard({ named: ['127.0.0.1'], loopback: false })

test('a connection to an address that is not allowed is refused', async () => {
  const before = server.requests.length
  await using client = await open(new EndpointGuard({ named: [], loopback: false }))
  await expect(client.send(request, AbortSignal.timeout(5_000))).rejects.toMatchObject({
    code: 'unavailable',
  })
  expect(server.requests.length).toBe(before)
})

test('a name that resolves to a private address after the check is refused for the connection', async () => {
  const before = server.requests.length
  const { port } = new URL(server.url)
  const answers = ['93.184.215.14', '127.0.0.1']
  const resolve = (
    _host: string,
    _options: object,
    done: (error: null, addresses: LookupAddress[]) => void,
  ): void => done(null, [{ address: answers.shift() ?? '127.0.0.1', family: 4 }])
  const guard = new EndpointGuard({ named: [], loopback: false }, resolve)
  const uri = `http://rebinding.example:${port}`
  await guard.check('upstream.uri', uri, { mayUseLoopback: false })
  await using client = await open(guard, { uri })
  await expect(client.send(request, AbortSignal.timeout(5_000))).rejects.toMatchObject({
    code: 'unavailable',
  })
  expect(server.requests.length).toBe(before)
})

test('the requests of the auth provider to its issuer are refused for such an address, too', async () => {
  const before = server.requests.length
  await using client = await open(new EndpointGuard({ named: [], loopback: false }), {
    uri: 'https://203.0.113.7',
    auth: {
      'rest.auth.type': 'oauth2',
      'rest.auth.oauth2.token-endpoint': `${server.url}/token`,
      'rest.auth.oauth2.credential': 'a:b',
    },
  })
  await expect(client.send(request, AbortSignal.timeout(5_000))).rejects.toMatchObject({
    code: 'unavailable',
  })
  expect(server.requests.length).toBe(before)
})

test('a response above the limit is refused', async () => {
  await using client = await open(allowing(), { responseBytes: 65_536 })
  await expect(client.send(request, AbortSignal.timeout(5_000))).rejects.toMatchObject({
    code: 'bad-gateway',
    message: expect.stringContaining('65536 bytes') as unknown,
  })
})

test('requests beyond the limit of waiting requests receive 503 at once', async () => {
  await using client = await open(allowing())
  const results = await Promise.allSettled(
    Array.from({ length: 5 }, () => client.send(request, AbortSignal.timeout(5_000))),
  )
  expect(results.map(({ status }) => status)).toEqual([
    'fulfilled',
    'fulfilled',
    'fulfilled',
    'rejected',
    'rejected',
  ])
})

test('an upstream that does not answer in time is 504 for a read, and unknown for a change', async () => {
  const { createServer } = await import('node:http')
  const silent = createServer(() => undefined)
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const address = silent.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  try {
    await using client = await open(allowing(), { uri: `http://127.0.0.1:${port}`, timeoutMs: 300 })
    await expect(client.send(request, AbortSignal.timeout(9_000))).rejects.toMatchObject({
      code: 'gateway-timeout',
    })
    const change = { ...request, method: 'POST', safe: false } as const
    await expect(client.send(change, AbortSignal.timeout(9_000))).rejects.toMatchObject({
      code: 'commit-state-unknown',
    })
  } finally {
    silent.closeAllConnections()
    await new Promise((resolve) => silent.close(resolve))
  }
})
