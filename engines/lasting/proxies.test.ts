import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { startDelayed } from './delayed.ts'
import { serveLocally } from './serve-locally.ts'
import { startUnrefreshable } from './unrefreshable.ts'

/** Starts a server that records the received requests and responds to each with `body`. */
async function target(body: string): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = []
  const url = await serveLocally(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const { authorization = '', host = '' } = request.headers
    asked.push(`${request.method} ${request.url} ${host} ${authorization} ${Buffer.concat(parts).toString()}`)
    response.writeHead(201, { 'content-type': 'application/json', etag: '"1"' }).end(body)
  })
  return { url, asked }
}

const post = { method: 'POST', headers: { authorization: 'Bearer x' }, body: '{"a":1}' }

describe('a catalog whose credentials cannot be renewed', () => {
  it('the proxy startUnrefreshable removes only the properties with which clients refresh credentials', async () => {
    const config =
      '"s3.access-key-id":"A","client.refresh-credentials-endpoint":"v1/x","credentials.uri":"http://x"'
    const credential = `{"prefix":"s3://b/","config":{${config}},"storage-refresh-token":"T"}`
    const { url } = await target(
      `{"id":9007199254740993,"config":{${config}},"storage-credentials":[${credential}]}`,
    )
    const text = await (await fetch(await startUnrefreshable(url))).text()
    expect(text).toContain('9007199254740993')
    expect(JSON.parse(text)).toMatchObject({
      config: { 's3.access-key-id': 'A' },
      'storage-credentials': [{ prefix: 's3://b/', config: { 's3.access-key-id': 'A' } }],
    })
    expect(text).not.toMatch(
      /"(client\.refresh-credentials-endpoint|credentials\.uri|storage-refresh-token)"/,
    )
  })

  it('the proxy startUnrefreshable forwards requests and the status of responses', async () => {
    const { url, asked } = await target('{}')
    const response = await fetch(`${await startUnrefreshable(url)}/v1/x?y=%2F`, post)
    expect(response.status).toBe(201)
    expect(asked).toEqual([`POST /v1/x?y=%2F ${new URL(url).host} Bearer x {"a":1}`])
  })
})

describe('a server that is far away', () => {
  it('the proxy startDelayed forwards requests immediately with their Host header, and delays responses', async () => {
    const { url, asked } = await target('{}')
    const arrived = Promise.withResolvers<void>()
    const far = await startDelayed(url, { delay: () => arrived.promise })
    const pending = fetch(`${far}/b/k?x=1`, post)
    while (asked.length === 0) await sleep(5)
    expect(asked).toEqual([`POST /b/k?x=1 ${new URL(far).host} Bearer x {"a":1}`])
    expect(await Promise.race([pending, sleep(50, 'nothing yet')])).toBe('nothing yet')
    arrived.resolve()
    const response = await pending
    expect([response.status, response.headers.get('etag'), await response.text()]).toEqual([201, '"1"', '{}'])
  })

  it('the proxy startDelayed closes the connection of a client while the target server is down', async () => {
    const far = await startDelayed('http://127.0.0.1:9', { delay: () => Promise.resolve() })
    await expect(fetch(far)).rejects.toThrow()
  })
})
