import type { LookupAddress } from 'node:dns'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
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

test('the upstream client refuses a connection to an address that is not allowed', async () => {
  const before = server.requests.length
  await using client = await open(new EndpointGuard({ named: [], loopback: false }))
  await expect(client.send(request, AbortSignal.timeout(5_000))).rejects.toMatchObject({
    code: 'unavailable',
  })
  expect(server.requests.length).toBe(before)
})

test('the upstream client refuses to connect to a host that resolves to a private address after the check', async () => {
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

test('the upstream client also refuses requests of its auth provider to an issuer at an address that is not allowed', async () => {
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

test('the upstream client refuses a response above the size limit', async () => {
  await using client = await open(allowing(), { responseBytes: 65_536 })
  await expect(client.send(request, AbortSignal.timeout(5_000))).rejects.toMatchObject({
    code: 'bad-gateway',
    message: expect.stringContaining('65536 bytes') as unknown,
  })
})

test('requests to the upstream beyond the limit of waiting requests receive 503 at once', async () => {
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

test('an upstream that does not answer in time results in 504 for a read, and in an unknown outcome for a change', async () => {
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

test('after several requests without a response, the client sends no request until the pause ends', async () => {
  let connections = 0
  const { createServer } = await import('node:net')
  const broken = createServer((socket) => {
    connections += 1
    socket.destroy()
  })
  await new Promise<void>((resolve) => broken.listen(0, '127.0.0.1', resolve))
  const address = broken.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  try {
    await using client = await open(allowing(), { uri: `http://127.0.0.1:${port}` })
    const change = { ...request, method: 'POST', safe: false } as const
    for (let n = 0; n < 5; n += 1)
      await expect(client.send(change, AbortSignal.timeout(5_000))).rejects.toMatchObject({
        code: 'commit-state-unknown',
      })
    const before = connections
    // The request was certainly not sent, so its outcome is known.
    await expect(client.send(change, AbortSignal.timeout(5_000))).rejects.toMatchObject({
      code: 'unavailable',
      retryAfterSeconds: 5,
    })
    expect(connections).toBe(before)
  } finally {
    await new Promise((resolve) => broken.close(resolve))
  }
})

test('error responses of the upstream do not stop later requests', async () => {
  await using client = await open(allowing())
  server.intercept(() => ({ status: 503, body: '' }))
  for (let n = 0; n < 8; n += 1)
    expect(await client.send(request, AbortSignal.timeout(5_000))).toMatchObject({ status: 503 })
})

test('a compressed response of the upstream is decompressed up to the size limit of a response', async () => {
  const { gzipSync } = await import('node:zlib')
  const { createServer } = await import('node:http')
  let size = 1_000
  const zipped = createServer((_, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(size, 'x')))
  })
  await new Promise<void>((resolve) => zipped.listen(0, '127.0.0.1', resolve))
  const address = zipped.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  try {
    await using client = await open(allowing(), { uri: `http://127.0.0.1:${port}` })
    const { body } = await client.send(request, AbortSignal.timeout(5_000))
    expect(body.toString()).toBe('x'.repeat(1_000))
    size = 50_000_000
    await expect(client.send(request, AbortSignal.timeout(5_000))).rejects.toMatchObject({
      code: 'bad-gateway',
      message: expect.stringContaining('larger than 1000000 bytes') as unknown,
    })
  } finally {
    zipped.closeAllConnections()
    await new Promise((resolve) => zipped.close(resolve))
  }
})

async function listen(handle: RequestListener): Promise<{ readonly url: string } & AsyncDisposable> {
  const hostile = createServer(handle)
  await new Promise<void>((resolve) => hostile.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(hostile.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      hostile.closeAllConnections()
      await new Promise((resolve) => hostile.close(resolve))
    },
  }
}

test.each(['body', 'informational responses'])(
  'a response of the upstream whose %s never ends is ended by the time limit',
  async (part) => {
    const timers = new Set<NodeJS.Timeout>()
    await using hostile = await listen((_, response) => {
      if (part === 'body') response.writeHead(200)
      timers.add(
        setInterval(() => {
          if (part === 'body') response.write(' ')
          else response.writeProcessing()
        }, 50),
      )
    })
    await using client = await open(allowing(), { uri: hostile.url, timeoutMs: 500 })
    const started = performance.now()
    const sent = client.send({ ...request, safe: false, method: 'POST' }, new AbortController().signal)
    await expect(sent).rejects.toMatchObject({ code: 'commit-state-unknown' })
    await expect(client.send(request, new AbortController().signal)).rejects.toMatchObject({
      code: 'gateway-timeout',
    })
    expect(performance.now() - started).toBeLessThan(3_000)
    for (const timer of timers) clearInterval(timer)
  },
)

test('a small compressed response of a token issuer cannot fill the memory', async () => {
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024))
  await using hostile = await listen((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(bomb)
  })
  const auth = {
    'rest.auth.type': 'oauth2',
    'rest.auth.oauth2.token-endpoint': `${hostile.url}/token`,
    'rest.auth.oauth2.credential': 'id:secret',
  }
  await using client = await open(allowing(), { auth })
  const before = process.memoryUsage().arrayBuffers
  await expect(client.send(request, AbortSignal.timeout(5_000))).rejects.toMatchObject({
    code: 'unavailable',
  })
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 1024 * 1024)
})

test('an error of the upstream client contains the values that authenticated the request, so that they are removed from messages', async () => {
  server.intercept(() => ({ status: 403, body: '{}' }))
  const auth = { 'rest.auth.type': 'bearer', 'rest.auth.bearer.token': 'service-token' }
  await using client = await open(allowing(), { auth })
  const { hidden } = await client.send(request, AbortSignal.timeout(5_000))
  expect(hidden).toContain('service-token')
})
