import { once } from 'node:events'
import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commit, schema, setProperties } from '../iceberg/tables.ts'
import { type TestServer, testServer } from '../server.ts'

const requestTimeoutMs = 2_500
const limits = {
  maxBodyBytes: 100_000,
  maxJsonDepth: 20,
  maxJsonValues: 250_000,
  requestTimeoutMs,
  maxConcurrentRequests: 1_000,
  maxNameBytes: 255,
  maxPageSize: 1_000,
}

let server: TestServer
beforeAll(async () => {
  server = await testServer({ limits, requestTimeoutMs, corsOrigins: ['https://console.test'] })
  await server.send('POST', 'namespaces', { namespace: ['h'] })
})
afterAll(() => server[Symbol.asyncDispose]())

const path = '/v1/lakehouse/namespaces'

/**
 * Sends these chunks over one connection. Returns the bytes that arrive until the connection closes or 10 s
 * have passed.
 */
async function talk(pieces: readonly string[]): Promise<string> {
  const socket = open()
  let text = ''
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
  socket.on('error', () => undefined)
  const closed = once(socket, 'close')
  for (const piece of pieces) if (!socket.write(piece)) await Promise.race([once(socket, 'drain'), closed])
  await Promise.race([closed, sleep(10_000, undefined, { ref: false })])
  socket.destroy()
  return text
}

function open(): Socket {
  return connect(Number(new URL(server.url).port), '127.0.0.1')
}

function post(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(server.url + path, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  })
}

const tooLarge = {
  error: { code: 413, type: 'BadRequestException', message: expect.stringContaining('100000 bytes') },
}
const bad = { error: { code: 400, type: 'BadRequestException' } }

test('A client that sends more than the server reads receives one complete response, also when the client reads slowly', async () => {
  const tables = 'namespaces/h/tables'
  expect((await server.send('POST', tables, { name: 'long', schema })).status).toBe(200)
  for (let n = 0; n < 12; n += 1)
    await commit(server.send, `${tables}/long`, [setProperties({ [`p${n}`]: 'v'.repeat(90_000) })])
  const whole = (await (await fetch(`${server.url}/v1/lakehouse/${tables}/long`)).bytes()).length
  const socket = open().pause()
  socket.on('error', () => undefined)
  const head = `GET /v1/lakehouse/${tables}/long HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2000000\r\n\r\n`
  socket.write(head + 'x'.repeat(1_000_000))
  await sleep(200)
  let response = ''
  socket.on('data', (chunk: Buffer) => (response += chunk.toString('latin1'))).resume()
  await once(socket, 'close')
  expect(response).toMatch(/^HTTP\/1.1 200 /)
  expect(response.length - response.indexOf('\r\n\r\n') - 4).toBe(whole)
})

test('The server answers 413 to a body above the limit, with or without Content-Length, and the client receives the response', async () => {
  const announced = await post('x'.repeat(100_001))
  expect([announced.status, await announced.json()]).toEqual([413, tooLarge])
  const chunk = `${(16_384).toString(16)}\r\n${'y'.repeat(16_384)}\r\n`
  const head = `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`
  const chunked = await talk([head, ...Array.from({ length: 40 }, () => chunk), '0\r\n\r\n'])
  expect(chunked).toMatch(/^HTTP\/1.1 413 /)
  expect(chunked).toContain('100000 bytes')
  const endless = await talk([
    `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 999999999\r\n\r\n`,
    'z'.repeat(50_000),
  ])
  expect(endless).toMatch(/^HTTP\/1.1 413 /)
})

test('A client that reads the response only after it has sent a refused body receives the reason of the refusal', async () => {
  const body = Buffer.alloc(20_000_000, 'x')
  const cases = [
    [path, `content-length: ${body.length}`, 413],
    ['/v1/nowhere', `content-length: ${body.length}`, 404],
  ] as const
  for (const [target, header, status] of cases) {
    const socket = open()
    socket.pause()
    socket.write(
      `POST ${target} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n${header}\r\n\r\n`,
    )
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.write(body, (error) => (error ? reject(error) : resolve()))
    })
    const read: Buffer[] = []
    socket.on('data', (piece: Buffer) => read.push(piece)).resume()
    await once(socket, 'end')
    expect(String(Buffer.concat(read))).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  }
})

test('The server disconnects a client that never ends a refused body', { timeout: 30_000 }, async () => {
  const socket = open()
  const since = performance.now()
  socket.write(`POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 999999999\r\n\r\n`)
  const drip = setInterval(() => socket.write('z'.repeat(1_000)), 100)
  socket.on('error', () => undefined).resume()
  await once(socket, 'close')
  clearInterval(drip)
  expect(performance.now() - since).toBeLessThan(15_000)
})

test('The server decompresses a gzip body up to the limit, and answers 400 to damaged gzip or another encoding', async () => {
  const gzip = { 'content-encoding': 'gzip' }
  expect((await post(new Uint8Array(gzipSync('{"namespace":["zipped"]}')), gzip)).status).toBe(200)
  const bomb = await post(new Uint8Array(gzipSync(Buffer.alloc(50_000_000))), gzip)
  expect([bomb.status, await bomb.json()]).toEqual([413, tooLarge])
  expect((await post('not gzip', gzip)).status).toBe(400)
  expect((await post(new Uint8Array(gzipSync('{"namespace":["cut"]}').subarray(0, 20)), gzip)).status).toBe(
    400,
  )
  expect((await post('{}', { 'content-encoding': 'br' })).status).toBe(400)
})

test('The server answers 400 to malformed JSON, deeply nested JSON, and bytes that are not text', async () => {
  for (const body of [
    '{',
    '{"a":1,}',
    'nul',
    '[1',
    '"\u0001"',
    '{"namespace":["a"]} x',
    `${'['.repeat(30)}${']'.repeat(30)}`,
  ]) {
    const response = await post(body)
    expect([response.status, await response.json()], body).toMatchObject([400, bad])
  }
  expect((await post(new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))).status).toBe(400)
  expect((await post('['.repeat(50_000))).status).toBe(400)
})

test('The server treats a request without body headers as a request with an empty body', async () => {
  const text = await talk([`POST ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`])
  expect(text).toMatch(/^HTTP\/1\.1 400 /)
  expect(text).not.toContain('ended before')
})

test('The server accepts a request target in absolute form (http://host/path)', async () => {
  const at = (target: string): Promise<string> =>
    talk([`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`])
  expect(await at(`http://127.0.0.1${path}?parent=h`)).toMatch(/^HTTP\/1\.1 200 [^]*"namespaces":\[\]/)
  expect(await at('HTTP://localhost?x')).toMatch(/^HTTP\/1\.1 200 [^]*<title>Headgate<\/title>/)
  // A server that requires no token accepts only names of this machine in the Host header.
  expect(await at(`http://catalog.example.com${path}`)).toMatch(/^HTTP\/1\.1 403 /)
})

test('The server does not accept a form or plain text, which any web page may send, as JSON', async () => {
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain;charset=UTF-8',
  ]) {
    const response = await post('{"namespace":["forged"]}', { 'content-type': type })
    expect([response.status, await response.json()], type).toMatchObject([400, bad])
  }
  expect((await fetch(`${server.url}${path}/forged`)).status).toBe(404)
  for (const [n, type] of [
    'application/json; charset=utf-8',
    'Application/JSON',
    'application/vnd.x+json',
    '',
  ].entries()) {
    expect((await post(`{"namespace":["typed-${n}"]}`, { 'content-type': type })).status, type).toBe(200)
  }
})

test('The server answers 431 with an Iceberg error body to headers above the limit', async () => {
  const response = await talk([
    `GET ${path} HTTP/1.1\r\nhost: localhost\r\nx-big: ${'a'.repeat(20_000)}\r\n\r\n`,
  ])
  expect(response).toMatch(/^HTTP\/1.1 431 /)
  expect(JSON.parse(response.slice(response.indexOf('\r\n\r\n') + 4))).toMatchObject({
    error: { code: 431, type: 'BadRequestException' },
  })
  const nonsense = await talk(['nonsense\r\n\r\n'])
  expect(nonsense).toMatch(/^HTTP\/1.1 400 /)
  expect(JSON.parse(nonsense.slice(nonsense.indexOf('\r\n\r\n') + 4))).toMatchObject(bad)
})

test('A client that sends its headers or body too slowly gets 408', async () => {
  const [body, headers] = await Promise.all([
    talk([
      `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{"name`,
    ]),
    talk([`GET ${path} HTTP/1.1\r\nhost: localhost\r\nx-slow: `]),
  ])
  for (const response of [body, headers]) {
    expect(response).toMatch(/^HTTP\/1.1 408 /)
    expect(JSON.parse(response.slice(response.indexOf('\r\n\r\n') + 4))).toMatchObject({
      error: { code: 408 },
    })
  }
})

test('A client that disconnects in the middle of its body does not affect other requests', async () => {
  for (let n = 0; n < 5; n += 1) {
    const socket = open()
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{"name`,
    )
    await sleep(20)
    socket.destroy()
  }
  expect((await server.send('GET', 'namespaces/h')).status).toBe(200)
})

function get(target: string): string {
  return `GET ${target} HTTP/1.1\r\nhost: localhost\r\n\r\n`
}

test('A connection stays open after an error when the server has read the whole request', async () => {
  const json = '{"broken'
  const broken = `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${json.length}\r\n\r\n${json}`
  const socket = open()
  let text = ''
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
  const statuses = (): readonly string[] => text.match(/HTTP\/1.1 \d+/g) ?? []
  for (const [before, request] of [
    get('/nowhere'),
    broken,
    get(`${path}/none`),
    get(`${path}/h`),
  ].entries()) {
    socket.write(request)
    await expect.poll(statuses).toHaveLength(before + 1)
  }
  socket.destroy()
  expect(statuses()).toEqual(['HTTP/1.1 404', 'HTTP/1.1 400', 'HTTP/1.1 404', 'HTTP/1.1 200'])
})

test('Each response contains the x-request-id of the request, or a new id when the request has none or an invalid one', async () => {
  const readRequestId = async (id?: string): Promise<string | null> =>
    (await fetch(server.url + path, id === undefined ? {} : { headers: { 'x-request-id': id } })).headers.get(
      'x-request-id',
    )
  expect(await readRequestId('my-Request_1.2')).toBe('my-Request_1.2')
  for (const id of [undefined, 'a b', '<script>', 'x'.repeat(129), '"', 'ü'])
    expect(await readRequestId(id)).toMatch(/^[0-9a-f-]{36}$/)
  expect(
    (await fetch(`${server.url}/nowhere`, { headers: { 'x-request-id': 'on-errors' } })).headers.get(
      'x-request-id',
    ),
  ).toBe('on-errors')
})

test('The server answers preflight requests of a configured origin, and sends no CORS header to other origins', async () => {
  const origin = 'https://console.test'
  const asked = {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization, content-type',
  }
  const preflight = await fetch(server.url + path, { method: 'OPTIONS', headers: asked })
  expect(preflight.status).toBe(204)
  expect(Object.fromEntries(preflight.headers)).toMatchObject({
    'access-control-allow-origin': origin,
    'access-control-allow-headers': 'authorization, content-type',
    'access-control-allow-methods': expect.stringContaining('DELETE'),
    vary: expect.stringContaining('Origin'),
  })
  for (const target of [path, '/nowhere']) {
    const response = await fetch(server.url + target, { headers: { origin } })
    expect(response.headers.get('access-control-allow-origin')).toBe(origin)
    expect(response.headers.get('access-control-expose-headers')).toContain('ETag')
  }
  for (const other of ['https://evil.test', 'null', 'https://console.test.evil.test']) {
    const response = await fetch(server.url + path, { headers: { origin: other } })
    expect(response.headers.has('access-control-allow-origin')).toBe(false)
  }
})

test('A page of another origin can neither read nor change an anonymous server', async () => {
  for (const origin of ['https://evil.test', 'null']) {
    const response = await fetch(`${server.url}${path}/h/tables/t/unregister`, {
      method: 'POST',
      headers: { origin },
    })
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({ error: { type: 'ForbiddenException', code: 403 } })
  }
})

test('An anonymous server accepts only names of this machine as host', async () => {
  const get = (host: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const sent = request(server.url + path, { headers: { host } }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      sent.on('error', reject).end()
    })
  const { port } = new URL(server.url)
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, 'LOCALHOST', `[::1]:${port}`])
    expect([host, await get(host)]).toEqual([host, 200])
  for (const host of [`rebound.test:${port}`, 'rebound.test', '127.0.0.1.rebound.test', '10.0.0.1'])
    expect([host, await get(host)]).toEqual([host, 403])
})

test('A CORS response adds `Origin` to the header Vary and keeps its other values', async () => {
  await server.send('POST', 'namespaces/h/tables', { name: 't', schema: { type: 'struct', fields: [] } })
  const response = await fetch(`${server.url}${path}/h/tables/t`, {
    headers: { origin: 'https://console.test' },
  })
  for (const name of ['Authorization', 'Accept-Encoding', 'Origin'])
    expect(response.headers.get('vary')).toContain(name)
})
