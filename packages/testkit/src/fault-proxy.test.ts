import { connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FaultProxy, type Faults } from './fault-proxy.ts'

describe('FaultProxy', () => {
  let server: Server
  let port = 0
  const received: string[] = []
  beforeEach(async () => {
    received.length = 0
    // The target server responds to each piece of data with the same text in capitals.
    server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.on('data', (data) => {
        received.push(data.toString())
        socket.write(data.toString().toUpperCase())
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    port = typeof address === 'object' && address !== null ? address.port : 0
  })
  afterEach(async () => {
    await new Promise((resolve) => server.close(resolve))
  })

  const start = async (faults: Faults = {}): Promise<FaultProxy> => FaultProxy.start({ port, faults })

  it('FaultProxy forwards bytes and the end of the stream in both directions', async () => {
    await using proxy = await start()
    const client = new Client(proxy.port)
    client.socket.end('hello')
    await client.closed
    expect(client.text).toBe('HELLO')
    expect(proxy.connections).toBe(1)
  })

  it('FaultProxy resets new connections, and accepts them after the fault is removed', async () => {
    await using proxy = await start({ refuse: true })
    const refused = new Client(proxy.port)
    await refused.closed
    expect(received).toEqual([])
    proxy.faults = {}
    const client = new Client(proxy.port)
    expect(await client.ask('again', 5)).toBe('AGAIN')
    client.socket.destroy()
  })

  it('FaultProxy stops forwarding on open connections, and continues after the fault is removed', async () => {
    await using proxy = await start()
    const client = new Client(proxy.port)
    expect(await client.ask('one', 3)).toBe('ONE')
    proxy.faults = { hang: true }
    client.socket.write('two')
    await expect.poll(() => proxy.held).toBe(1)
    await sleep(150)
    expect(client.text).toBe('ONE')
    expect(received).toEqual(['one'])
    proxy.faults = {}
    await client.until(6)
    expect(client.text).toBe('ONETWO')
    expect(proxy.held).toBe(0)
    client.socket.destroy()
  })

  it('FaultProxy delays data in both directions by the configured latency', async () => {
    await using proxy = await start({ latency: 80 })
    const client = new Client(proxy.port)
    const before = performance.now()
    await client.ask('x', 1)
    expect(performance.now() - before).toBeGreaterThan(150)
    client.socket.destroy()
  })

  it('FaultProxy limits the bandwidth', async () => {
    await using proxy = await start({ bandwidth: 100_000 })
    const client = new Client(proxy.port)
    const before = performance.now()
    await client.ask('x'.repeat(20_000), 20_000)
    expect(performance.now() - before).toBeGreaterThan(190)
    client.socket.destroy()
  })

  it('FaultProxy resets a connection after the configured number of bytes in one direction', async () => {
    await using proxy = await start({ resetAfterSent: 3 })
    const sending = new Client(proxy.port)
    sending.socket.write('abcdef')
    await sending.closed
    expect(received.join('')).not.toContain('d')
    proxy.faults = { resetAfterReceived: 3 }
    const receiving = new Client(proxy.port)
    receiving.socket.write('abcdef')
    await receiving.closed
    expect(receiving.text.length).toBeLessThanOrEqual(3)
  })

  it('FaultProxy resets open connections, and closes all connections when it is disposed of', async () => {
    const proxy = await start()
    const client = new Client(proxy.port)
    await client.ask('x', 1)
    proxy.resetAll()
    await client.closed
    const hanging = new Client(proxy.port)
    await hanging.ask('x', 1)
    proxy.faults = { hang: true }
    hanging.socket.write('never')
    await proxy[Symbol.asyncDispose]()
    await hanging.closed
    expect(hanging.text).toBe('X')
  })
})

class Client {
  readonly socket: Socket
  readonly closed: Promise<void>
  text = ''
  #received = Promise.withResolvers<void>()

  constructor(port: number) {
    this.socket = connect({ host: '127.0.0.1', port })
    this.socket.on('error', () => undefined)
    this.socket.on('data', (data) => {
      this.text += data.toString()
      this.#received.resolve()
      this.#received = Promise.withResolvers()
    })
    this.closed = new Promise((resolve) => {
      this.socket.once('close', () => resolve())
    })
  }

  async ask(text: string, length: number): Promise<string> {
    this.socket.write(text)
    await this.until(length)
    return this.text
  }

  async until(length: number): Promise<void> {
    while (this.text.length < length) await this.#received.promise
  }
}
