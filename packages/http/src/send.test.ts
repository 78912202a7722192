import { createHash } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type HttpTestServer, type ReceivedRequest, startHttpServer } from '@headgate/testkit'
import type { Authenticator } from './authenticator.ts'
import type { HttpRequest } from './http-request.ts'
import { withHeaders } from './header-list.ts'
import { send } from './send.ts'
import { fetchTransport } from './fetch-transport.ts'

const transport = fetchTransport()

async function catchMessage(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return error instanceof Error ? error.message : String(error)
}

async function server(statuses: readonly number[] = []): Promise<HttpTestServer> {
  let next = 0
  const started = await startHttpServer((_, response) => {
    response.writeHead(statuses[next++] ?? 200, { location: '/elsewhere' }).end('answer')
  })
  onTestFinished(async () => await started[Symbol.asyncDispose]())
  return started
}

/** Creates an authenticator that records the requests that it authenticates, and requests retries after status 401. */
function recorder(retries = 0): Authenticator & { seen: HttpRequest[] } {
  const seen: HttpRequest[] = []
  return {
    seen,
    authenticate: async (request) => {
      seen.push(request)
      return { ...request, headers: withHeaders(request.headers, [['Authorization', `try ${seen.length}`]]) }
    },
    onResponse: (response) => (response.status === 401 && seen.length <= retries ? 'retry' : undefined),
  }
}

describe('send', () => {
  it('send sets the headers of the connection, the request, the context and the authentication, in this order', async () => {
    const { url, received } = await server()
    const auth = recorder()
    await send(
      {
        method: 'POST',
        url: `${url}/a`,
        headers: [
          ['X-B', 'request'],
          ['X-C', 'request'],
        ],
        body: new Uint8Array([1]),
      },
      {
        auth,
        transport,
        base: [
          ['X-A', 'base'],
          ['x-b', 'base'],
        ],
        context: [
          ['x-c', 'context'],
          ['Authorization', 'context'],
        ],
      },
    )
    expect(auth.seen[0]?.headers).toEqual([
      ['X-A', 'base'],
      ['X-B', 'request'],
      ['x-c', 'context'],
      ['Authorization', 'context'],
    ])
    const headers = received[0]?.headers
    expect([headers?.['x-a'], headers?.['x-b'], headers?.['x-c'], headers?.authorization]).toEqual([
      'base',
      'request',
      'context',
      'try 1',
    ])
  })

  it('send repeats a request once if its authenticator requests another attempt', async () => {
    const { url, received } = await server([401, 401, 401])
    const auth = recorder(9)
    const response = await send({ method: 'GET', url }, { auth, transport })
    expect(response.status).toBe(401)
    expect(received.map(({ headers }) => headers.authorization)).toEqual(['try 1', 'try 2'])
  })

  it('send authenticates each attempt', async () => {
    const { url, received } = await server([503, 503, 200])
    const auth = recorder()
    const retry = ({ response }: { response?: Response }): number | undefined =>
      response?.status === 503 ? 1 : undefined
    const response = await send({ method: 'GET', url }, { auth, transport, retry })
    expect(response.status).toBe(200)
    expect(received.map(({ headers }) => headers.authorization)).toEqual(['try 1', 'try 2', 'try 3'])
  })

  it('send retries after an error, and throws the error of the last attempt', async () => {
    let tries = 0
    const failing = fetchTransport({
      fetch: async () => {
        throw new Error(`failure ${++tries}`)
      },
    })
    const sending = send(
      { method: 'GET', url: 'http://127.0.0.1/' },
      { transport: failing, retry: (_, tries) => (tries < 3 ? 0 : undefined) },
    )
    expect(await catchMessage(sending)).toBe('failure 3')
  })

  it('send returns a redirect instead of following it', async () => {
    const { url, received } = await server([307])
    const response = await send({ method: 'GET', url }, { transport })
    expect(response.status).toBe(307)
    expect(received).toHaveLength(1)
  })

  it.each([
    '/a b/caf\u00e9?q=a b',
    "/!'()*$,;:@+=~-._",
    '/a%2Fb%1F%24%20?a=1&a=2&b&c=&=d&e=%2B+',
    '//double///slash/',
    '/%E2%82%AC|^`{}"<>?"<>\'#fragment',
    '?only=query',
  ])('send authenticates exactly the URL of the request: %s', async (path) => {
    const { url, received } = await server()
    const auth = recorder()
    await send({ method: 'GET', url: url + path }, { auth, transport })
    expect(auth.seen[0]?.url).toBe(url + String(received[0]?.target))
  })

  it.each(['/a/../b', '/a/%2e%2E/b', '/./a', '/a/%2e', '/a\\..\\b'])(
    'send refuses a path with dot segments: %s',
    async (path) => {
      const sending = send({ method: 'GET', url: `http://127.0.0.1:9${path}` }, { transport })
      expect(await catchMessage(sending)).toContain('segment . or ..')
    },
  )

  it('send refuses a URL with a password', async () => {
    const sending = send({ method: 'GET', url: 'http://u:p@127.0.0.1:9/' }, { transport })
    expect(await catchMessage(sending)).toContain('rest.auth.type=basic')
  })

  it('send joins repeated headers before the authentication', async () => {
    const { url, received } = await server()
    const auth = recorder()
    const headers = [
      ['X-A', ' 1 '],
      ['X-B', 'b'],
      ['x-a', '2'],
      ['Host', 'ignored.example.com'],
    ] as const
    await send({ method: 'GET', url, headers }, { auth, transport })
    expect(auth.seen[0]?.headers).toEqual([
      ['X-A', '1, 2'],
      ['X-B', 'b'],
    ])
    expect(received[0]?.headers['x-a']).toBe('1, 2')
    expect(received[0]?.headers.host).toBe(new URL(url).host)
  })

  it('send opens a streamed body for each attempt', async () => {
    const { url, received } = await server([401, 200])
    const bytes = new TextEncoder().encode('a stream')
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    let opened = 0
    const auth = recorder(1)
    const open = (): ReadableStream<Uint8Array> => {
      opened++
      return new Blob([bytes]).stream()
    }
    await send({ method: 'PUT', url, body: { open, sha256, length: 8 } }, { auth, transport })
    expect(opened).toBe(2)
    expect(auth.seen[0]?.body).toEqual({ sha256, length: 8 })
    expect(received.map(({ body }: ReceivedRequest) => body.toString())).toEqual(['a stream', 'a stream'])
  })

  it('send fails when the head of the response exceeds the time limit', async () => {
    const silent = await startHttpServer(() => {})
    onTestFinished(async () => await silent[Symbol.asyncDispose]())
    const sending = send({ method: 'GET', url: silent.url }, { transport: fetchTransport({ timeoutMs: 50 }) })
    expect(await catchMessage(sending)).toContain('did not answer within 50 ms')
  })

  it('send stops between two attempts when its signal is aborted', async () => {
    const { url } = await server([503])
    const signal = AbortSignal.timeout(50)
    const sending = send({ method: 'GET', url }, { transport, signal, retry: () => 60_000 })
    expect(await catchMessage(sending)).toContain('timeout')
  })

  it('send calls the hooks for each attempt', async () => {
    const { url } = await server([503, 200])
    const calls: unknown[] = []
    await send(
      { method: 'GET', url },
      {
        transport,
        auth: recorder(),
        retry: ({ response }) => (response?.status === 503 ? 2 : undefined),
        hooks: {
          onRequest: ({ headers }, attempt) => calls.push([attempt, headers]),
          onResponse: ({ status }, _, attempt) => calls.push([attempt, status]),
          onRetry: (retry) => calls.push(retry),
        },
      },
    )
    expect(calls).toEqual([
      [1, [['Authorization', 'try 1']]],
      [1, 503],
      { attempt: 1, delayMs: 2, status: 503 },
      [2, [['Authorization', 'try 2']]],
      [2, 200],
    ])
  })
})
