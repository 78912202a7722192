import dns from 'node:dns'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ErrorCode } from '@headgate/errors'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { S3Storage } from './s3.ts'
import { failed, impatient, open, quick, scripted, scriptedWithin, storageAt, x } from './s3-test-storage.ts'
import { failure, hang, ok, partial, reset, ScriptedS3 } from './scripted-s3.ts'
import { all, chunks, rejects } from './storage-contract-tools.ts'
import { FaultProxy } from '@headgate/testkit'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

describe('S3 answers', () => {
  const table: [number, string, ErrorCode][] = [
    [404, 'NoSuchKey', 'no-such-file'],
    [404, 'NoSuchBucket', 'unavailable'],
    [403, 'AccessDenied', 'forbidden'],
    [403, 'InvalidAccessKeyId', 'forbidden'],
    [412, 'PreconditionFailed', 'precondition-failed'],
    [304, 'NotModified', 'precondition-failed'],
    [416, 'InvalidRange', 'invalid-range'],
    [400, 'InvalidArgument', 'bad-request'],
    [501, 'NotImplemented', 'unsupported'],
    [503, 'SlowDown', 'unavailable'],
    [500, 'InternalError', 'unavailable'],
    [429, 'TooManyRequests', 'unavailable'],
  ]
  it.each(table)('%i %s of a read is %s', async (status, name, code) => {
    const { storage } = await scripted(failure(status, name))
    await rejects(storage.get(x), code)
  })

  it('only what may pass is asked again, and then as often as allowed', async () => {
    for (const [status, name, code] of table) {
      const { server, storage } = await scripted(failure(status, name))
      await rejects(storage.get(x), code)
      expect(server.requests, name).toHaveLength(code === 'unavailable' && name !== 'NoSuchBucket' ? 3 : 1)
    }
  })

  it('goes on when the trouble has passed', async () => {
    const { server, storage } = await scripted(failure(503, 'SlowDown'), reset(), ok('content'))
    expect((await storage.getBytes(x, { maxBytes: 10 })).toString()).toBe('content')
    expect(server.requests).toHaveLength(3)
    server.answer(failure(503, 'SlowDown'), failure(500, 'InternalError'), ok())
    expect(await storage.put(x, Buffer.from('1'))).toEqual({ etag: 'e1' })
    server.answer(failure(409, 'ConditionalRequestConflict'), ok())
    expect(await storage.put(x, Buffer.from('1'), { ifAbsent: true })).toEqual({ etag: 'e1' })
  })

  it('signs again with a corrected clock', async () => {
    const date = new Date(Date.now() + 3_600_000)
    const { server, storage } = await scripted(
      failure(403, 'RequestTimeTooSkewed', { date: date.toUTCString() }),
      ok('content'),
    )
    expect((await storage.getBytes(x, { maxBytes: 10 })).toString()).toBe('content')
    const stamps = server.requests.map(({ headers }) => String(headers['x-amz-date']).slice(0, 11))
    expect(stamps[0]).not.toBe(stamps[1])
  })

  it('puts with a corrected clock too, and from then on at once', async () => {
    const date = new Date(Date.now() - 3_600_000)
    const { server, storage } = await scripted(
      failure(403, 'RequestTimeTooSkewed', { date: date.toUTCString() }),
      ok(),
    )
    for (let n = 0; n < 2; n += 1) await storage.put(x, Buffer.from('1'))
    const stamps = server.requests.map(({ headers }) => String(headers['x-amz-date']).slice(0, 11))
    expect(stamps).toHaveLength(3)
    expect(stamps[1]).not.toBe(stamps[0])
    expect(stamps[2]).toBe(stamps[1])
  })

  it('never follows a redirect', async () => {
    const { server: other } = await scripted(ok('secret'))
    const { storage } = await scripted(
      failure(307, 'TemporaryRedirect', { location: `${other.endpoint}/lake/x` }),
    )
    await rejects(storage.get(x), 'unavailable')
    await rejects(storage.put(x, Buffer.from('1')), 'unavailable')
    expect(other.requests).toEqual([])
  })

  it('takes no endpoint from the environment', async () => {
    const { server, storage } = await scripted(ok('content'))
    await storage.head(x)
    vi.stubEnv('AWS_ENDPOINT_URL_S3', server.endpoint)
    const hosts: string[] = []
    // No name is resolved, so that nothing leaves this machine.
    vi.spyOn(dns, 'lookup').mockImplementation(((host: string, _: unknown, done: (error: Error) => void) => {
      hosts.push(host)
      done(Object.assign(new Error('No names here'), { code: 'ENOTFOUND' }))
    }) as typeof dns.lookup)
    const credentials = { accessKeyId: 'id', secretAccessKey: 'swordfish' }
    await using aws = await S3Storage.open({
      bucket: 'lake',
      region: 'eu-central-1',
      credentials,
      limits: quick,
    })
    await rejects(aws.head(x), 'unavailable')
    expect(new Set(hosts)).toEqual(new Set(['lake.s3.eu-central-1.amazonaws.com']))
    expect(server.requests).toHaveLength(1)
  })

  it('is ready only when the bucket answers', async () => {
    const { server, storage } = await scriptedWithin(impatient, ok('<ListBucketResult></ListBucketResult>'))
    await storage.check()
    for (const answer of [
      failure(403, 'AccessDenied'),
      failure(404, 'NoSuchBucket'),
      failure(503, 'SlowDown'),
      hang(),
    ]) {
      server.answer(answer)
      await rejects(storage.check(), 'unavailable')
    }
  })

  it('no message holds a key', async () => {
    const { storage } = await scripted(failure(403, 'SignatureDoesNotMatch'))
    const error = await failed(storage.get(x))
    expect(String(error)).toContain(x)
    expect(String(error)).not.toContain('swordfish')
  })
})

describe('bodies from the network', () => {
  it('a body that breaks off or falls silent ends in unavailable', async () => {
    for (const end of ['reset', 'hang'] as const) {
      const { storage } = await scriptedWithin(impatient, partial('half', 8, end))
      const { body } = await storage.get(x)
      await rejects(body.toArray(), 'unavailable')
    }
  })

  it('getBytes asks again for a body that broke off', async () => {
    const { server, storage } = await scriptedWithin(
      { requestTimeout: 2_000 },
      partial('half', 8, 'reset'),
      partial('half', 8, 'hang'),
      ok('complete'),
    )
    expect((await storage.getBytes(x, { maxBytes: 10 })).toString()).toBe('complete')
    expect(server.requests).toHaveLength(3)
  })

  it('a slow reader may take its time', async () => {
    const { storage } = await scriptedWithin({ requestTimeout: 1_000 }, ok('x'.repeat(5_000_000)))
    const { body } = await storage.get(x)
    let read = 0
    for await (const chunk of body) {
      if (read === 0) await sleep(1_500)
      read += (chunk as Buffer).length
    }
    expect(read).toBe(5_000_000)
  })

  it('a body left unread gives its connection back when it is destroyed', async () => {
    const server = await ScriptedS3.start(ok('x'.repeat(5_000_000)))
    open.push(server)
    const storage = await storageAt(server.endpoint, { maxSockets: 1 })
    for (let i = 0; i < 3; i++) (await storage.get(x)).body.destroy()
    expect((await storage.getBytes(x, { maxBytes: 5_000_000 })).length).toBe(5_000_000)
  })
})

describe('through a bad network', () => {
  it('a slow but steady body takes longer than the time limit and arrives', async () => {
    const { server } = await scripted(ok('x'.repeat(400_000)))
    await using proxy = await FaultProxy.start({
      port: server.port,
      faults: { bandwidth: 200_000 },
    })
    const storage = await storageAt(`http://127.0.0.1:${proxy.port}`, { requestTimeout: 1_800 })
    const start = performance.now()
    expect((await storage.getBytes(x, { maxBytes: 400_000 })).length).toBe(400_000)
    const { body } = await storage.get(x)
    expect(Buffer.concat(await body.toArray()).length).toBe(400_000)
    expect(performance.now() - start).toBeGreaterThan(3_600)
  })

  it('a connection that hangs costs the time limit of each attempt, not more', async () => {
    const { server } = await scripted(ok('content'))
    await using proxy = await FaultProxy.start({ port: server.port, faults: { hang: true } })
    const storage = await storageAt(`http://127.0.0.1:${proxy.port}`, impatient)
    const start = performance.now()
    await rejects(storage.head(x), 'unavailable')
    expect(performance.now() - start).toBeLessThan(10_000)
    proxy.faults = {}
    expect(await storage.head(x)).toMatchObject({ size: 7 })
  })

  it('a put whose answer is cut off is sent again', async () => {
    let proxy: FaultProxy | undefined
    const { server } = await scripted((response, request) => {
      // The first answer goes lost, the second one comes through.
      if (proxy !== undefined && server.requests.length > 1) proxy.faults = {}
      ok()(response, request)
    })
    proxy = await FaultProxy.start({ port: server.port, faults: { resetAfterReceived: 10 } })
    open.push(proxy)
    const storage = await storageAt(`http://127.0.0.1:${proxy.port}`)
    expect(await storage.put(x, Buffer.from('1'))).toEqual({ etag: 'e1' })
    expect(server.requests).toHaveLength(2)
  })

  it('a put that is cut off in its body is sent again', async () => {
    const { server } = await scripted(ok())
    await using proxy = await FaultProxy.start({
      port: server.port,
      faults: { resetAfterSent: 100_000 },
    })
    const storage = await storageAt(`http://127.0.0.1:${proxy.port}`, { attempts: 20 })
    const put = storage.put(x, chunks([Buffer.alloc(1_000_000)]), { size: 1_000_000 })
    while (proxy.connections < 2) await sleep(1)
    expect(server.requests).toEqual([])
    proxy.faults = {}
    expect(await put).toEqual({ etag: 'e1' })
    expect(server.requests.at(-1)?.body.length).toBe(1_000_000)
  })
})

describe('lists', () => {
  const list = (encoding: string): string =>
    `<ListBucketResult>${encoding}<Contents><Key>a+b%20c</Key></Contents><CommonPrefixes><Prefix>p+%2F/</Prefix></CommonPrefixes></ListBucketResult>`

  it('have their keys decoded exactly when the store says that it encoded them', async () => {
    const { server, storage } = await scripted(ok(list('<EncodingType>url</EncodingType>')))
    const keys = async (): Promise<string[]> =>
      (await all(storage.list('s3://lake/'))).map(({ location }) => location)
    expect(await keys()).toEqual(['s3://lake/a b c', 's3://lake/p //'])
    server.answer(ok(list('')))
    expect(await keys()).toEqual(['s3://lake/a+b%20c', 's3://lake/p+%2F/'])
  })
})

describe('deletions', () => {
  it('of what is not there succeed, also where the store says so', async () => {
    const { server, storage } = await scripted(failure(404, 'NoSuchKey'))
    await storage.delete(x)
    server.answer(reset(), failure(404, 'NoSuchKey'))
    await storage.delete(x)
    server.answer(failure(404, 'NoSuchBucket'))
    await rejects(storage.delete(x), 'unavailable')
    const gone = '<Error><Key>x</Key><Code>NoSuchKey</Code></Error>'
    server.answer(ok(`<DeleteResult>${gone}</DeleteResult>`))
    expect(await storage.deleteMany([x])).toEqual({ failed: [] })
  })
})

describe('deleteMany', () => {
  it('names the keys that the store did not delete, in batches of 1000', async () => {
    const errors =
      '<Error><Key>k7</Key><Code>AccessDenied</Code></Error><Error><Key>k8</Key><Code>InternalError</Code></Error>'
    const server = await ScriptedS3.start(
      ok(`<DeleteResult>${errors}</DeleteResult>`),
      ok('<DeleteResult></DeleteResult>'),
      failure(403, 'AccessDenied'),
    )
    open.push(server)
    // Requests with so many keys take their time on a busy machine.
    const storage = await storageAt(server.endpoint, { requestTimeout: 20_000 })
    const locations = Array.from({ length: 2_002 }, (_, i) => `s3://lake/k${i}`)
    const { failed } = await storage.deleteMany(locations)
    expect(failed.map(({ location, error }) => [location, 'code' in error && error.code])).toEqual([
      ['s3://lake/k7', 'forbidden'],
      ['s3://lake/k8', 'unavailable'],
      ['s3://lake/k2000', 'forbidden'],
      ['s3://lake/k2001', 'forbidden'],
    ])
    expect(server.requests.map(({ body }) => body.toString().split('<Key>').length - 1)).toEqual([
      1000, 1000, 2,
    ])
  })
})
