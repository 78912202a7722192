import { type HttpTestServer, startHttpServer } from '@headgate/testkit'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createFetch } from './create-fetch.ts'
import { basic } from './typed/basic.ts'
import { sigv4 } from './typed/sigv4.ts'

async function server(...statuses: readonly number[]): Promise<HttpTestServer> {
  let count = 0
  const started = await startHttpServer((_, response) => {
    response.writeHead(statuses[count++] ?? 200, { location: '/elsewhere' }).end('body')
  })
  onTestFinished(async () => await started[Symbol.asyncDispose]())
  return started
}

const auth = await basic({ username: 'ann', password: 'secret' })

describe('createFetch', () => {
  test('createFetch authenticates requests in every form that fetch accepts', async () => {
    const { url, received } = await server()
    const fetch = createFetch(auth, { headers: { 'x-team': 'core' } })
    const json = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }
    const form = { method: 'POST', body: new URLSearchParams({ a: 'b' }) }
    expect(await (await fetch(`${url}/a`)).text()).toBe('body')
    await fetch(new URL('/b', url), json)
    await fetch(new Request(`${url}/c`, form))
    expect(received.map(({ method, target, body }) => [method, target, body.toString()])).toEqual([
      ['GET', '/a', ''],
      ['POST', '/b', '{}'],
      ['POST', '/c', 'a=b'],
    ])
    for (const { headers } of received)
      expect(headers).toMatchObject({ authorization: `Basic ${btoa('ann:secret')}`, 'x-team': 'core' })
    expect(received[2]?.headers['content-type']).toContain('application/x-www-form-urlencoded')
  })

  test('createFetch passes the body to the provider, which signs it', async () => {
    const { url, received } = await server()
    const signer = await sigv4({ service: 's3', region: 'r', accessKeyId: 'AKID', secretAccessKey: 's' })
    await createFetch(signer)(url, { method: 'PUT', body: 'bytes' })
    expect(received[0]?.headers.authorization).toContain('AWS4-HMAC-SHA256 Credential=AKID/')
    expect(received[0]?.body.toString()).toBe('bytes')
  })

  test('createFetch returns a redirect instead of following it', async () => {
    const { url, received } = await server(302)
    expect((await createFetch(auth)(url)).status).toBe(302)
    expect(received).toHaveLength(1)
  })

  test('createFetch retries safe methods up to maxRetries times, and other methods only if the server executed nothing', async () => {
    const failing = await server(502, 200)
    const fetch = createFetch(auth, { maxRetries: 1 })
    expect((await fetch(failing.url)).status).toBe(200)
    const unknown = await server(502, 200)
    expect((await fetch(unknown.url, { method: 'POST', body: 'a' })).status).toBe(502)
    const busy = await server(429, 200)
    expect((await fetch(busy.url, { method: 'POST', body: 'a' })).status).toBe(200)
    expect((await createFetch(auth)((await server(502)).url)).status).toBe(502)
  })

  test('createFetch sends a request with a stream as body only once', async () => {
    const { url, received } = await server(429, 200)
    const stream = new Blob(['streamed']).stream()
    const response = await createFetch(auth, { maxRetries: 3 })(url, { method: 'POST', body: stream })
    expect(response.status).toBe(429)
    expect(received.map(({ body }) => body.toString())).toEqual(['streamed'])
  })

  test('createFetch throws the reason of the abort signal', async () => {
    const { url } = await server()
    const reason = new Error('enough')
    await expect(createFetch(auth)(url, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})
