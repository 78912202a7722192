import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { expect, test } from 'vitest'
import { certificate, certificateFiles } from '../start/certificate.ts'
import { Listener, type ListenerOptions } from '../../src/http/listener.ts'

const limitMs = 500
/** Size of a response in bytes, more than the socket buffers of both sides can hold. */
const length = 64 * 1024 * 1024
const content = Buffer.alloc(length, 'x')
const ask = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'

/**
 * Starts a server that answers a request after the number of milliseconds in its path. `cut` lists the
 * requests that it disconnected.
 */
async function server(
  tls: ListenerOptions['tls'] = null,
): Promise<AsyncDisposable & { port: number; cut: Promise<number> }> {
  const cut = Promise.withResolvers<number>()
  const listener = await Listener.open(
    { host: '127.0.0.1', port: 0, tls, maxHeaderBytes: 8_192, requestTimeoutMs: limitMs },
    ({ url = '' }, response) => {
      const askedAt = performance.now()
      response.once('close', () => {
        if (!response.writableFinished) cut.resolve(performance.now() - askedAt)
      })
      setTimeout(() => response.end(content), Number(url.slice(1)))
    },
  )
  const { port } = listener
  return { port, cut: cut.promise, [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose]() }
}

/** Returns the number of bytes that arrive before the connection ends. */
async function received(socket: Socket): Promise<number> {
  let count = 0
  socket.on('error', () => undefined)
  socket.on('data', (chunk: Buffer) => (count += chunk.length)).resume()
  await once(socket, 'close')
  return count
}

test.each([
  ['an answer', ask],
  ['several answers', ask + ask + ask],
])('The server closes the connection of a client that does not read %s', async (_, asked) => {
  await using own = await server()
  const client = connect(own.port, '127.0.0.1').pause()
  client.write(asked)
  const after = await own.cut
  expect(after).toBeGreaterThan(limitMs / 2)
  expect(after).toBeLessThan(8 * limitMs)
  expect(await received(client)).toBeLessThan(length)
})

test('The server disconnects a client that does not read over TLS', async () => {
  await using files = await certificateFiles()
  await using own = await server(files)
  const client = connectTls({ port: own.port, host: 'localhost', ca: certificate })
  client.pause().on('error', () => undefined)
  client.write(ask)
  expect(await own.cut).toBeLessThan(8 * limitMs)
  client.destroy()
})

test('A client that reads slowly but steadily receives the whole response', async () => {
  await using own = await server()
  const client = connect(own.port, '127.0.0.1')
  client.write(ask.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'))
  const startedAt = performance.now()
  client.on('data', () => {
    client.pause()
    setTimeout(() => client.resume(), 3)
  })
  expect(await received(client)).toBeGreaterThan(length)
  expect(performance.now() - startedAt).toBeGreaterThan(2 * limitMs)
})

test('The server keeps connections of clients that wait for a response, or pause before the next request', async () => {
  await using own = await server()
  const client = connect(own.port, '127.0.0.1')
  let count = 0
  client.on('data', (chunk: Buffer) => (count += chunk.length))
  client.write(ask.replace('/ ', `/${3 * limitMs} `))
  await expect.poll(() => count, { timeout: 10_000 }).toBeGreaterThan(length)
  await sleep(3 * limitMs)
  const before = count
  client.write(ask)
  await expect.poll(() => count - before, { timeout: 10_000 }).toBeGreaterThan(length)
  client.destroy()
})
