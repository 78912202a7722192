import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { CopyObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { type Header, UNSIGNED_PAYLOAD } from '@headgate/sigv4'
import { afterEach, describe, expect, test } from 'vitest'
import type { StoredObject } from '@headgate/storage'
import { codeIn, outcome, rawRequest, sdkClient, signedHeaders } from './client.ts'
import {
  bucket,
  bucket as Bucket,
  type TestEndpoint,
  type TestEndpointOptions,
  testEndpoint,
} from './endpoint.ts'
import { open, talk } from './socket.ts'
import { replaced } from './storage.ts'

/** Size in MiB of the object that must be streamed and not buffered. */
const megabytes = Number(process.env['HEADGATE_TEST_OBJECT_MIB'] ?? 300)
const mib = 1024 ** 2
const path = `/${bucket}/wh/t1/big`
const close: Header = ['connection', 'close']

let endpoint: TestEndpoint
afterEach(() => endpoint[Symbol.asyncDispose]())

async function begin(options: TestEndpointOptions = {}): Promise<void> {
  endpoint = await testEndpoint(options)
}

const sign = (method: string, headers: readonly Header[] = [], target = path): Header[] =>
  signedHeaders(endpoint.url, method, target, {
    credentials: endpoint.mint(),
    payloadHash: UNSIGNED_PAYLOAD,
    headers,
  })

/** Returns the maximum growth of resident memory, in MiB, while `work` runs. */
async function growth(work: () => Promise<void>): Promise<number> {
  globalThis.gc?.()
  const before = process.memoryUsage.rss()
  let most = before
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 20)
  await work()
  clearInterval(timer)
  return (most - before) / mib
}

async function upload(block: Buffer): Promise<number> {
  const length: Header = ['content-length', String(megabytes * mib)]
  const sent = request(`${endpoint.url}${path}`, { method: 'PUT', headers: sign('PUT', [length]).flat() })
  const answered = once(sent, 'response')
  for (let i = 0; i < megabytes; i += 1) if (!sent.write(block)) await once(sent, 'drain')
  sent.end()
  const [response] = await answered
  response.resume()
  return response.statusCode
}

test(
  `The endpoint streams an object of ${megabytes} MiB in both directions without buffering it`,
  async () => {
    await begin()
    const block = randomBytes(mib)
    const hash = createHash('sha256')
    for (let i = 0; i < megabytes; i += 1) hash.update(block)
    let status = 0
    const up = await growth(async () => {
      status = await upload(block)
    })
    expect(status).toBe(200)
    const got = createHash('sha256')
    let bytes = 0
    const down = await growth(async () => {
      const asked = request(`${endpoint.url}${path}`, { headers: sign('GET').flat() })
      asked.end()
      const [response] = await once(asked, 'response')
      for await (const chunk of response as AsyncIterable<Buffer>) {
        got.update(chunk)
        bytes += chunk.length
      }
    })
    expect(bytes).toBe(megabytes * mib)
    expect(got.digest('hex')).toBe(hash.digest('hex'))
    // Client and server run in this process. Memory that grows by a tenth of the object size shows that the
    // server buffers.
    expect(Math.max(up, down)).toBeLessThan(120)
  },
  60_000 + megabytes * 200,
)

describe('Back-pressure', () => {
  test('the endpoint stops reading from storage while the client does not read, and disconnects the client after the time limit', async () => {
    let read = 0
    await begin({
      limits: { requestTimeoutMs: 800 },
      around: (storage) =>
        replaced(storage, {
          async get(): Promise<StoredObject> {
            const body = Readable.from(
              (function* endless() {
                for (;;) {
                  read += 1
                  yield Buffer.alloc(mib)
                }
              })(),
            )
            const info = { size: 2 ** 40, etag: 'x', lastModified: 0 }
            return Promise.resolve({ info, length: info.size, body })
          },
        }),
    })
    const socket = open(endpoint.port)
    socket.pause()
    const closed = once(socket, 'close')
    socket.write(rawRequest('GET', path, sign('GET')))
    await expect.poll(() => read).toBeGreaterThan(0)
    await sleep(1_500)
    socket.resume()
    await closed
    expect(read).toBeLessThan(60)
  })

  test('the endpoint stops reading from the client while the storage does not accept data', async () => {
    const { promise: goOn, resolve } = Promise.withResolvers<void>()
    await begin({
      around: (storage) =>
        replaced(storage, {
          async put(location, body, options) {
            await goOn
            return storage.put(location, body, options)
          },
        }),
    })
    const socket = open(endpoint.port)
    socket.write(rawRequest('PUT', path, sign('PUT', [['content-length', String(100 * mib)], close])))
    let sent = 0
    const block = Buffer.alloc(mib)
    const feed = (async () => {
      for (; sent < 100; sent += 1) if (!socket.write(block)) await once(socket, 'drain')
    })()
    await sleep(500)
    expect(sent).toBeLessThan(30)
    resolve()
    await feed
    const [response] = (await once(socket, 'data')) as [Buffer]
    expect(response.toString()).toMatch(/^HTTP\/1\.1 200 /)
    socket.destroy()
  })
})

describe('A storage that fails', () => {
  test('the endpoint breaks the connection when the storage fails in the middle of an object, so that the client detects the truncation', async () => {
    await begin({
      around: (storage) =>
        replaced(storage, {
          get(): Promise<StoredObject> {
            const body = Readable.from(
              (async function* broken() {
                yield Buffer.alloc(100_000)
                await sleep(20)
                throw new Error('the disk has failed')
              })(),
            )
            return Promise.resolve({
              info: { size: 200_000, etag: 'x', lastModified: 0 },
              length: 200_000,
              body,
            })
          },
        }),
    })
    const asked = request(`${endpoint.url}${path}`, { headers: sign('GET').flat() })
    asked.end()
    const [response] = await once(asked, 'response')
    expect(response.statusCode).toBe(200)
    await expect(Readable.from(response).toArray()).rejects.toThrow(/aborted/)
    await expect.poll(() => endpoint.lines.join('')).toContain('the disk has failed')
  })

  test('the endpoint breaks the connection when the storage returns fewer bytes than declared', async () => {
    await begin({
      around: (storage) =>
        replaced(storage, {
          get: () =>
            Promise.resolve({
              info: { size: 10, etag: 'x', lastModified: 0 },
              length: 10,
              body: Readable.from([Buffer.alloc(9)]),
            }),
        }),
    })
    const response = await talk(endpoint.port, [rawRequest('GET', path, sign('GET'))])
    expect(response.slice(response.indexOf('\r\n\r\n') + 4)).toHaveLength(9)
    expect(response).toMatch(/content-length: 10\r\n/)
  })

  test('the endpoint sends an error response when the storage fails before the first byte', async () => {
    await begin({
      around: (storage) =>
        replaced(storage, {
          get: () => Promise.reject(new Error('secret-host:9000 refused the connection')),
        }),
    })
    const response = await talk(endpoint.port, [rawRequest('GET', path, sign('GET', [close]))])
    expect(response).toMatch(/^HTTP\/1\.1 500 /)
    expect(codeIn(response)).toBe('InternalError')
    expect(response).not.toContain('secret-host')
    expect(endpoint.lines.join('')).toContain('secret-host')
  })
})

test('The S3 endpoint cancels the storage requests of a client that disconnects', async () => {
  let signal: AbortSignal | undefined
  let body: Readable | undefined
  await begin({
    around: (storage) =>
      replaced(storage, {
        async get(location, options) {
          signal = options?.signal
          const object = await storage.get(location, options)
          body = object.body
          return object
        },
      }),
  })
  await upload(Buffer.alloc(mib))
  const socket = open(endpoint.port)
  socket.once('data', () => socket.destroy())
  socket.write(rawRequest('GET', path, sign('GET')))
  await expect.poll(() => [signal?.aborted, body?.destroyed]).toEqual([true, true])
  await expect.poll(() => endpoint.events.at(-1)?.['reason']).toBe('the client disconnected')
})

test('The S3 endpoint answers SlowDown to requests above the maximum number, and running requests continue', async () => {
  const { promise: goOn, resolve } = Promise.withResolvers<void>()
  let asked = 0
  await begin({
    limits: { maxConcurrentRequests: 3 },
    around: (storage) =>
      replaced(storage, {
        async head() {
          asked += 1
          await goOn
          return null
        },
      }),
  })
  const client = sdkClient(endpoint.url, endpoint.mint())
  const head = (): Promise<string> =>
    talk(endpoint.port, [rawRequest('HEAD', path, sign('HEAD', [close]))], { timeoutMs: 30_000 })
  const first = [head(), head(), head()]
  await expect.poll(() => asked).toBe(3)
  expect(await outcome(client.send(new PutObjectCommand({ Bucket, Key: 'wh/t1/x', Body: 'x' })))).toBe(
    '503 SlowDown',
  )
  const refused = await talk(endpoint.port, [rawRequest('GET', path, [['host', 'x'], close])])
  expect(refused).toMatch(/^HTTP\/1\.1 503 /)
  expect(refused).toMatch(/\r\nretry-after: 1\r\n/)
  resolve()
  for (const response of await Promise.all(first)) expect(response).toMatch(/^HTTP\/1\.1 404 /)
  expect(await outcome(client.send(new PutObjectCommand({ Bucket, Key: 'wh/t1/x', Body: 'x' })))).toBe('200')
})

test('The S3 endpoint sends blanks to keep the connection open during a long copy, and can send an error at its end', async () => {
  let fail = false
  let long = sleep(300)
  await begin({
    patienceMs: 50,
    around: (storage) =>
      replaced(storage, {
        async copy(from, to) {
          await long
          if (fail) throw new Error('too late')
          return storage.copy(from, to)
        },
      }),
  })
  const client = sdkClient(endpoint.url, endpoint.mint())
  await client.send(new PutObjectCommand({ Bucket, Key: 'wh/t1/from', Body: 'x' }))
  const copy = (): Promise<string> =>
    outcome(
      client.send(new CopyObjectCommand({ Bucket, Key: 'wh/t1/to', CopySource: `${bucket}/wh/t1/from` })),
    )
  expect(await copy()).toBe('200')
  const { promise, resolve } = Promise.withResolvers<void>()
  long = promise
  const socket = open(endpoint.port)
  socket.write(
    rawRequest(
      'PUT',
      path,
      sign('PUT', [['x-amz-copy-source', `${bucket}/wh/t1/from`], ['content-length', '0'], close]),
    ),
  )
  let raw = ''
  for await (const chunk of socket) {
    raw += String(chunk)
    if (/<\?xml[^>]*>\n\r\n(1\r\n \r\n){2,}/.test(raw)) resolve()
  }
  expect(raw).toContain('</CopyObjectResult>')
  fail = true
  long = sleep(300)
  expect(await copy()).toMatch(/InternalError/)
  expect(endpoint.lines.join('')).toContain('too late')
})
