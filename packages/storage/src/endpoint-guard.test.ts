import { once } from 'node:events'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EndpointGuard } from './endpoint-guard.ts'
import { endpointNames } from './endpoint-names.ts'
import { openStorage } from './open-storage.ts'
import { parseStorageProfile } from './storage-profile.ts'

let server: Server
let port: number
let connections = 0
beforeAll(async () => {
  server = createServer((_, response) => void response.end()).listen(0, '127.0.0.1')
  server.on('connection', () => (connections += 1))
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

const closed = new EndpointGuard({ named: [], loopback: false })
const check = (guard: EndpointGuard, url: string, mayUseLoopback = false): Promise<void> =>
  guard.check('storage.endpoint', url, { mayUseLoopback })

describe('EndpointGuard.check', () => {
  test.each([
    'http://127.0.0.1:9000',
    'http://127.1',
    'http://2130706433',
    'http://0x7f000001',
    'http://0x7f.0.0.1',
    'http://0177.0.0.1',
    'http://0',
    'http://0.0.0.0',
    'http://localhost:9000',
    'http://a.localhost',
    'http://localhost.:9000',
    'http://a.localhost.',
    'http://127.0.0.1.',
    'http://[::1]:9000',
    'http://[::]',
    'http://169.254.169.254',
    'http://2852039166/latest/meta-data/',
    'http://0xa9fea9fe',
    'http://169.254.0.7',
    'http://[fe80::1]',
    'http://[fd00:ec2::254]',
    'http://100.100.100.200',
    'http://192.0.0.192',
    'http://168.63.129.16',
    'http://10.0.0.5',
    'http://172.16.1.1',
    'http://172.31.255.255',
    'http://192.168.1.1',
    'http://[fc00::1]',
    'http://[::ffff:127.0.0.1]',
    'http://[::ffff:169.254.169.254]',
    'http://[::ffff:a00:1]',
    'http://[::127.0.0.1]',
    'http://[::a9fe:a9fe]',
    'http://[64:ff9b::a9fe:a9fe]',
    'http://[2002:7f00:1::]',
    'http://224.0.0.1',
    'http://255.255.255.255',
  ])('EndpointGuard refuses an endpoint at %s', async (url) => {
    await expect(check(closed, url)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(check(closed, url)).rejects.toThrow(
      /^storage\.endpoint is refused: .*HEADGATE_PRIVATE_ENDPOINTS=/,
    )
  })

  test('EndpointGuard accepts public addresses, and names that do not resolve', async () => {
    for (const url of ['https://8.8.8.8', 'https://[2001:4860:4860::8888]', 'https://172.32.0.1'])
      await check(closed, url)
    await check(closed, 'https://headgate.invalid')
  })

  test('EndpointGuard accepts endpoints whose host, domain, address or network is configured', async () => {
    for (const [named, url] of [
      ['10.0.0.0/8', 'http://10.1.2.3:9000'],
      ['10.1.2.3', 'http://[::ffff:10.1.2.3]'],
      ['fd00::/8', 'http://[fd12::1]'],
      ['localhost', 'http://localhost:9000'],
      ['*.localhost', 'http://MinIO.localhost'],
    ] as const) {
      await check(new EndpointGuard({ named: [named], loopback: false }), url)
      await expect(check(closed, url), url).rejects.toThrow('is refused')
    }
    const names = endpointNames(['*.internal', 'minio'])
    const hosts = ['minio', 'a.b.internal', 'minio.', 'internal', 'minio.evil', 'xinternal']
    expect(hosts.map((host) => names.hasHost(host))).toEqual([true, true, true, false, false, false])
    for (const wrong of ['', 'a b', 'http://minio', '10.0.0.0/33', '*', '*.', 'a..b'])
      expect(() => endpointNames([wrong]), wrong).toThrow('hosts, `*.domain`')
  })

  test('EndpointGuard accepts loopback endpoints on a server that serves only this machine, from callers that may use them', async () => {
    const guard = new EndpointGuard({ named: [], loopback: true })
    for (const url of ['http://127.0.0.1:9000', 'http://localhost', 'http://[::1]']) {
      await check(guard, url, true)
      await expect(check(guard, url, false)).rejects.toThrow('is refused')
    }
    for (const url of ['http://169.254.169.254', 'http://10.0.0.5', 'http://0.0.0.0'])
      await expect(check(guard, url, true)).rejects.toThrow('is refused')
  })
})

describe('EndpointGuard.agentFor', () => {
  const send = (guard: EndpointGuard, url: string): Promise<number> => {
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    request(url, { agent: guard.agentFor(new URL(url)) })
      .on('response', (response) => {
        resolve(response.statusCode ?? 0)
        response.resume()
      })
      .on('error', reject)
      .end()
    return promise
  }

  test('EndpointGuard refuses connections to a forbidden address, as a literal or behind a name that resolves to it', async () => {
    const before = connections
    for (const host of ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '0177.0.0.1'])
      await expect(send(closed, `http://${host}:${port}`), host).rejects.toMatchObject({
        code: 'unavailable',
      })
    expect(connections).toBe(before)
    expect(
      await send(new EndpointGuard({ named: ['127.0.0.1'], loopback: false }), `http://127.0.0.1:${port}`),
    ).toBe(200)
  })

  test('EndpointGuard refuses connections if the name resolves to another address than during the check (DNS rebinding)', async () => {
    for (const loopback of [false, true]) {
      let address = '8.8.8.8'
      const guard = new EndpointGuard({ named: [], loopback }, (_host, _options, done) =>
        done(null, [
          { address: '8.8.4.4', family: 4 },
          { address, family: 4 },
        ]),
      )
      const before = connections
      await check(guard, 'http://rebound.example')
      address = '127.0.0.1'
      await expect(send(guard, `http://rebound.example:${port}`)).rejects.toMatchObject({
        code: 'unavailable',
      })
      await expect(check(guard, 'http://rebound.example', true)).rejects.toThrow('is refused')
      expect(connections).toBe(before)
    }
  })

  test('EndpointGuard connects to the host name of a bucket below a configured host, and to no other name', async () => {
    const resolves = (host: string): EndpointGuard =>
      new EndpointGuard({ named: [host], loopback: false }, (_host, _options, done) =>
        done(null, [{ address: '127.0.0.1', family: 4 }]),
      )
    const through = async (guard: EndpointGuard, host: string): Promise<number> => {
      const { promise, resolve, reject } = Promise.withResolvers<number>()
      request({ host, port, agent: guard.agentFor(new URL('http://minio')) })
        .on('response', (response) => resolve(response.resume().statusCode ?? 0))
        .on('error', reject)
        .end()
      return promise
    }
    expect(await through(resolves('minio'), 'lake.minio')).toBe(200)
    for (const [named, host] of [
      ['minio', 'lake.xminio'],
      ['other', 'lake.minio'],
    ] as const)
      await expect(through(resolves(named), host)).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('EndpointGuard connects to loopback addresses on a server that serves only this machine', async () => {
    const guard = new EndpointGuard({ named: [], loopback: true })
    for (const host of ['localhost', '127.0.0.1'])
      expect(await send(guard, `http://${host}:${port}`)).toBe(200)
  })

  test.each([true, false])(
    'EndpointGuard checks the connections of a storage, for small and large objects (path style: %s)',
    async (pathStyle) => {
      const before = connections
      for (const host of ['127.0.0.1', 'localhost']) {
        const profile = parseStorageProfile({
          type: 's3',
          bucket: 'lake',
          region: 'eu-west-1',
          endpoint: `http://${host}:${port}`,
          pathStyle,
          accessKeyId: 'AKIDEXAMPLE',
          secretAccessKey: 'secret',
        })
        await using storage = await openStorage(profile, false, closed)
        const signal = AbortSignal.timeout(10_000)
        const calls = [
          storage.put('s3://lake/a', Buffer.from('x'), { signal }),
          storage.getBytes('s3://lake/a', { maxBytes: 10, signal }),
        ]
        for (const call of await Promise.allSettled(calls))
          expect(call).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } })
      }
      expect(connections).toBe(before)
    },
  )
})
