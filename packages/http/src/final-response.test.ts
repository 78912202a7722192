import { inspect } from 'node:util'
import { HeadgateError } from '@headgate/errors'
import { type HttpTestServer, startHttpServer } from '@headgate/testkit'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Authenticator } from './authenticator.ts'
import type { BufferedResponse } from './buffered-response.ts'
import { bufferedTransport } from './buffered-transport.ts'
import { finalResponse, type FinalResponseOptions } from './final-response.ts'
import type { Transport } from './transport.ts'

/**
 * Starts a server that responds with these statuses in sequence and repeats the last status. Instead of status 0, it
 * closes the connection, and instead of status 1, it does not respond.
 */
async function server(...statuses: readonly number[]): Promise<HttpTestServer> {
  let count = 0
  const started = await startHttpServer((_, response) => {
    const status = statuses[Math.min(count++, statuses.length - 1)] ?? 200
    if (status === 0) response.destroy()
    else if (status > 1) response.writeHead(status).end(status === 304 ? undefined : 'x'.repeat(100))
  })
  onTestFinished(async () => await started[Symbol.asyncDispose]())
  return started
}

const transport = (timeoutMs: number, maxResponseBytes: number): Transport<BufferedResponse> =>
  bufferedTransport({ fetch: (url, init) => fetch(url, init), timeoutMs, maxResponseBytes, limit: 'attempt' })

const request = (
  { url }: HttpTestServer,
  options: Partial<FinalResponseOptions<BufferedResponse>> & { timeoutMs?: number; maxBytes?: number } = {},
): Promise<BufferedResponse> =>
  finalResponse(
    { method: 'POST', url: `${url}/geheim?token=geheim` },
    {
      transport: transport(options.timeoutMs ?? 5_000, options.maxBytes ?? 1_000),
      retry: (_, tries) => (tries < 3 ? 1 : undefined),
      signal: undefined,
      changes: true,
      connectionError: (why, unknown) => new Error(`none, ${why}${unknown ? ', unknown' : ''}`),
      responseError: ({ status }, unknown) => new Error(`refused, ${status}${unknown ? ', unknown' : ''}`),
      ...options,
    },
  )

describe('finalResponse', () => {
  test('finalResponse returns a successful response, and a response with status 304 to a conditional request', async () => {
    const { status, body } = await request(await server(500, 201))
    expect([status, body.length]).toEqual([201, 100])
    expect(await request(await server(304), { conditional: true })).toMatchObject({ status: 304 })
    await expect(request(await server(304))).rejects.toThrow('refused, 304')
  })

  test('finalResponse reports an unknown outcome when the server may have executed an earlier attempt', async () => {
    await expect(request(await server(409))).rejects.toThrow(/^refused, 409$/)
    await expect(request(await server(502, 409))).rejects.toThrow(/^refused, 409, unknown$/)
    await expect(request(await server(0, 409))).rejects.toThrow(/^refused, 409, unknown$/)
    await expect(request(await server(502, 409), { changes: false })).rejects.toThrow(/^refused, 409$/)
  })

  test('finalResponse throws an error that names the server that did not respond, without path and query', async () => {
    const gone = await server()
    await expect(request(await server(0))).rejects.toThrow(/^none, no answer from http:\S+: \w+, unknown$/)
    await gone[Symbol.asyncDispose]()
    await expect(request(gone)).rejects.toThrow(`none, no answer from ${gone.url}: ECONNREFUSED`)
  })

  test('finalResponse retries an attempt that exceeds its time limit', async () => {
    const silent = await server(1)
    const carrier = transport(30, 1_000)
    const send = vi.spyOn(carrier, 'send')
    const asking = request(silent, { transport: carrier })
    await expect(asking).rejects.toThrow('none, no answer within 30 ms, unknown')
    expect(send).toHaveBeenCalledTimes(3)
  })

  test('finalResponse does not retry a response that is too long', async () => {
    const long = await server(200)
    await expect(request(long, { maxBytes: 99 })).rejects.toThrow('none, the answer is longer than 99 bytes')
    expect(long.received.length).toBe(1)
  })

  test('finalResponse accepts an infinite time limit', async () => {
    await expect(request(await server(200), { timeoutMs: Infinity })).resolves.toMatchObject({ status: 200 })
  })

  test('finalResponse refuses an invalid header without showing its value', async () => {
    const auth: Authenticator = {
      authenticate: (request) =>
        Promise.resolve({ ...request, headers: [['authorization', 'geheim\nx: y']] }),
    }
    const one = await server(200)
    const error: unknown = await request(one, { auth }).catch((thrown: unknown) => thrown)
    expect(inspect(error)).toContain('Invalid value of header authorization')
    expect(inspect(error)).not.toContain('geheim')
    expect(one.received).toEqual([])
  })

  test('finalResponse throws the reason of an aborted signal and the errors of the authenticator unchanged', async () => {
    const silent = await server(1)
    const controller = new AbortController()
    const reason = new Error('enough')
    const asking = request(silent, { signal: controller.signal })
    await expect.poll(() => silent.received.length).toBe(1)
    controller.abort(reason)
    await expect(asking).rejects.toBe(reason)
    const error = new HeadgateError('unavailable', 'no token')
    const auth = { authenticate: () => Promise.reject(error) }
    await expect(request(silent, { auth })).rejects.toBe(error)
    expect(silent.received.length).toBe(1)
  })
})
