import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { expect, test } from 'vitest'
import { certificate, certificateFiles } from '../../test/start/certificate.ts'
import { Listener } from './listener.ts'

test(
  'Listener.close waits for a running request, but not for a further request on the same connection',
  { timeout: 30_000 },
  async () => {
    const asked = Promise.withResolvers<void>()
    const allowed = Promise.withResolvers<void>()
    await using listener = await Listener.open(
      { host: '127.0.0.1', port: 0, tls: null, maxHeaderBytes: 8_192, requestTimeoutMs: 30_000 },
      (_request, response) => {
        asked.resolve()
        void allowed.promise.then(() => response.end('done'))
      },
    )
    const client = connect(listener.port, '127.0.0.1')
    client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await asked.promise
    const closed = listener.close(60_000).then(() => 'closed')
    expect(await Promise.race([closed, sleep(150, 'open')])).toBe('open')
    allowed.resolve()
    expect(String((await once(client, 'data'))[0])).toContain('done')
    expect(await closed).toBe('closed')
  },
)

test('Listener.close announces the end of the connection in responses, so that clients send no further request', async () => {
  const asked = Promise.withResolvers<void>()
  const allowed = Promise.withResolvers<void>()
  let count = 0
  await using listener = await Listener.open(
    { host: '127.0.0.1', port: 0, tls: null, maxHeaderBytes: 8_192, requestTimeoutMs: 30_000 },
    ({ url }, response) => {
      if (url === '/begun') response.writeHead(200).flushHeaders()
      if ((count += 1) === 2) asked.resolve()
      void allowed.promise.then(() => response.end('done'))
    },
  )
  const responses = ['/', '/begun'].map((path) => {
    const client = connect(listener.port, '127.0.0.1')
    const read: Buffer[] = []
    client.on('data', (piece: Buffer) => read.push(piece))
    client.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
    const ended = once(client, 'end').then(() => String(Buffer.concat(read)).match(/^connection: .*$/gim))
    return { client, ended }
  })
  await asked.promise
  const closed = listener.close(60_000)
  responses[1]?.client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await expect.poll(() => count).toBe(3)
  allowed.resolve()
  expect(await Promise.all(responses.map(({ ended }) => ended))).toEqual([
    ['connection: close'],
    ['Connection: keep-alive', 'connection: close'],
  ])
  await closed
})

test('Listener.close does not wait for connections without a request, nor without a TLS handshake', async () => {
  await using files = await certificateFiles()
  for (const tls of [null, files]) {
    await using listener = await Listener.open(
      { host: '127.0.0.1', port: 0, tls, maxHeaderBytes: 8_192, requestTimeoutMs: 30_000 },
      (_request, response) => response.end('done'),
    )
    const client = connect(listener.port, '127.0.0.1')
    await once(client, 'connect')
    const ended = once(client.resume(), 'close')
    const since = performance.now()
    await listener.close(30_000)
    await ended
    expect(performance.now() - since).toBeLessThan(10_000)
  }
})

test('Listener.close waits for a running request over TLS, and not for a connection after the handshake', async () => {
  await using files = await certificateFiles()
  const asked = Promise.withResolvers<void>()
  const allowed = Promise.withResolvers<void>()
  await using listener = await Listener.open(
    { host: '127.0.0.1', port: 0, tls: files, maxHeaderBytes: 8_192, requestTimeoutMs: 30_000 },
    (_request, response) => {
      asked.resolve()
      void allowed.promise.then(() => response.end('done'))
    },
  )
  const shake = async (): Promise<TLSSocket> => {
    const socket = connectTls({ port: listener.port, host: '127.0.0.1', ca: certificate })
    await once(socket, 'secureConnect')
    return socket
  }
  const [silent, asking] = await Promise.all([shake(), shake()])
  const cut = once(silent.resume(), 'close')
  asking.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await asked.promise
  const closed = listener.close(60_000)
  await cut
  allowed.resolve()
  expect(String((await once(asking, 'data'))[0])).toContain('done')
  await closed
})

test('Listener.close answers a request that the client had sent before the close', async () => {
  await using listener = await Listener.open(
    { host: '127.0.0.1', port: 0, tls: null, maxHeaderBytes: 8_192, requestTimeoutMs: 30_000 },
    (_request, response) => response.end('done'),
  )
  const client = connect(listener.port, '127.0.0.1')
  const read: Buffer[] = []
  client.on('data', (piece: Buffer) => read.push(piece))
  const ended = once(client, 'end')
  const request = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'
  client.write(request)
  await expect.poll(() => String(Buffer.concat(read))).toContain('done')
  client.write(request)
  await listener.close(60_000)
  await ended
  expect(String(Buffer.concat(read)).match(/^connection: .*$/gim)).toEqual([
    'Connection: keep-alive',
    'connection: close',
  ])
})
