import { inspect } from 'node:util'
import { expect, onTestFinished, test, vi } from 'vitest'
import { AuthError } from '../auth-error.ts'
import type { AuthProvider } from '../auth-provider.ts'
import { testServer, type TestServer } from '../test-server.ts'
import { fetchTransport, type Transport } from '../transport.ts'
import { AttemptLimit } from './attempt-limit.ts'
import { finalAnswer, type FinalAnswerOptions } from './final-answer.ts'
import type { RawAnswer } from './raw-answer.ts'
import { readWhole } from './read-whole.ts'

/** Answers one status after the other, the last one for good; 0 is a broken connection, 1 no answer. */
async function server(...statuses: readonly number[]): Promise<TestServer> {
  let count = 0
  const started = await testServer((_, response) => {
    const status = statuses[Math.min(count++, statuses.length - 1)] ?? 200
    if (status === 0) response.destroy()
    else if (status > 1) response.writeHead(status).end(status === 304 ? undefined : 'x'.repeat(100))
  })
  onTestFinished(async () => await started[Symbol.asyncDispose]())
  return started
}

function transport(timeoutMs: number, maxBytes: number): Transport<RawAnswer> {
  const carrier = fetchTransport()
  return {
    prepare: (request) => carrier.prepare(request),
    async send(request, body, wait) {
      const limit = new AttemptLimit(timeoutMs, 'nothing within', wait?.signal)
      const { signal } = limit
      try {
        const response = await carrier.send(request, body, { signal })
        const { status, headers } = response
        return { status, headers, body: await readWhole(response, { maxBytes, signal }) }
      } catch (error) {
        throw limit.reasonOf(error)
      } finally {
        limit.end()
      }
    },
  }
}

const asked = (
  { url }: TestServer,
  options: Partial<FinalAnswerOptions<RawAnswer>> & { timeoutMs?: number; maxBytes?: number } = {},
): Promise<RawAnswer> =>
  finalAnswer(
    { method: 'POST', url: `${url}/geheim?token=geheim` },
    {
      transport: transport(options.timeoutMs ?? 5_000, options.maxBytes ?? 1_000),
      retry: (_, tries) => (tries < 3 ? 1 : undefined),
      signal: undefined,
      changes: true,
      noAnswer: (why, unknown) => new Error(`none, ${why}${unknown ? ', unknown' : ''}`),
      refusal: ({ status }, unknown) => new Error(`refused, ${status}${unknown ? ', unknown' : ''}`),
      ...options,
    },
  )

test('a success is the answer, and 304 where that was asked for', async () => {
  const { status, body } = await asked(await server(500, 201))
  expect([status, body.length]).toEqual([201, 100])
  expect(await asked(await server(304), { conditional: true })).toMatchObject({ status: 304 })
  await expect(asked(await server(304))).rejects.toThrow('refused, 304')
})

test('what may have been carried out once is unknown, whatever comes after', async () => {
  await expect(asked(await server(409))).rejects.toThrow(/^refused, 409$/)
  await expect(asked(await server(502, 409))).rejects.toThrow(/^refused, 409, unknown$/)
  await expect(asked(await server(0, 409))).rejects.toThrow(/^refused, 409, unknown$/)
  await expect(asked(await server(502, 409), { changes: false })).rejects.toThrow(/^refused, 409$/)
})

test('no answer says who gave none, without path and query', async () => {
  const gone = await server()
  await expect(asked(await server(0))).rejects.toThrow(/^none, no answer from http:\S+: \w+, unknown$/)
  await gone[Symbol.asyncDispose]()
  await expect(asked(gone)).rejects.toThrow(`none, no answer from ${gone.url}: ECONNREFUSED`)
})

test('an attempt ends in time, and is made again', async () => {
  const silent = await server(1)
  const carrier = transport(30, 1_000)
  const send = vi.spyOn(carrier, 'send')
  const asking = asked(silent, { transport: carrier })
  await expect(asking).rejects.toThrow('none, nothing within 30 ms, unknown')
  expect(send).toHaveBeenCalledTimes(3)
})

test('an answer that is too long is not asked for again', async () => {
  const long = await server(200)
  await expect(asked(long, { maxBytes: 99 })).rejects.toThrow('none, the answer is longer than 99 bytes')
  expect(long.received.length).toBe(1)
})

test('an attempt without a limit goes on', async () => {
  await expect(asked(await server(200), { timeoutMs: Infinity })).resolves.toMatchObject({ status: 200 })
})

test('a header that cannot be sent is refused without its value', async () => {
  const auth: AuthProvider = {
    authenticate: (request) => Promise.resolve({ ...request, headers: [['authorization', 'geheim\nx: y']] }),
  }
  const one = await server(200)
  const error: unknown = await asked(one, { auth }).catch((thrown: unknown) => thrown)
  expect(inspect(error)).toContain('Invalid value of header authorization')
  expect(inspect(error)).not.toContain('geheim')
  expect(one.received).toEqual([])
})

test('the reason of a signal and the errors of a provider are passed on as they are', async () => {
  const silent = await server(1)
  const controller = new AbortController()
  const reason = new Error('enough')
  const asking = asked(silent, { signal: controller.signal })
  await expect.poll(() => silent.received.length).toBe(1)
  controller.abort(reason)
  await expect(asking).rejects.toBe(reason)
  const error = new AuthError('unavailable', 'no token')
  const auth = { authenticate: () => Promise.reject(error) }
  await expect(asked(silent, { auth })).rejects.toBe(error)
  expect(silent.received.length).toBe(1)
})
