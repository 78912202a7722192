import dns from 'node:dns'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ErrorCode } from '@headgate/errors'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { S3Storage } from './s3.ts'
import { failed, impatient, open, quick, scripted, scriptedWithin, storageAt, x } from '../test/s3-storage.ts'
import { failure, hang, ok, partial, reset, ScriptedS3 } from '../test/scripted-s3.ts'
import { all, chunks, rejects } from '../test/storage-contract-tools.ts'
import { FaultProxy } from '@headgate/testkit'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

describe('Responses of S3', () => {
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
  it.each(table)(
    'an S3 response to a read with the status %i and the code %s causes the error %s',
    async (status, name, code) => {
      const { storage } = await scripted(failure(status, name))
      await rejects(storage.get(x), code)
    },
  )

  it('only temporary errors of S3 are retried, up to the configured number of attempts', async () => {
    for (const [status, name, code] of table) {
      const { server, storage } = await scripted(failure(status, name))
      await rejects(storage.get(x), code)
      expect(server.requests, name).toHaveLength(code === 'unavailable' && name !== 'NoSuchBucket' ? 3 : 1)
    }
  })

  it('a retry to S3 succeeds after the error is over', async () => {
    const { server, storage } = await scripted(failure(503, 'SlowDown'), reset(), ok('content'))
    expect((await storage.getBytes(x, { maxBytes: 10 })).toString()).toBe('content')
    expect(server.requests).toHaveLength(3)
    server.respond(failure(503, 'SlowDown'), failure(500, 'InternalError'), ok())
    expect(await storage.put(x, Buffer.from('1'))).toEqual({ etag: 'e1' })
    server.respond(failure(409, 'ConditionalRequestConflict'), ok())
    expect(await storage.put(x, Buffer.from('1'), { ifAbsent: true })).toEqual({ etag: 'e1' })
  })

  it('a request that S3 refuses for its time is signed again with a corrected clock', async () => {
    const date = new Date(Date.now() + 3_600_000)
    const { server, storage } = await scripted(
      failure(403, 'RequestTimeTooSkewed', { date: date.toUTCString() }),
      ok('content'),
    )
    expect((await storage.getBytes(x, { maxBytes: 10 })).toString()).toBe('content')
    const stamps = server.requests.map(({ headers }) => String(headers['x-amz-date']).slice(0, 11))
    expect(stamps[0]).not.toBe(stamps[1])
  })

  it('a put that S3 refuses for its time is signed again with a corrected clock, and later puts are signed with this clock', async () => {
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

  it('the S3 storage does not follow redirects', async () => {
    const { server: other } = await scripted(ok('secret'))
    const { storage } = await scripted(
      failure(307, 'TemporaryRedirect', { location: `${other.endpoint}/lake/x` }),
    )
    await rejects(storage.get(x), 'unavailable')
    await rejects(storage.put(x, Buffer.from('1')), 'unavailable')
    expect(other.requests).toEqual([])
  })

  it('the S3 storage ignores endpoints in the environment', async () => {
    const { server, storage } = await scripted(ok('content'))
    await storage.head(x)
    vi.stubEnv('AWS_ENDPOINT_URL_S3', server.endpoint)
    const hosts: string[] = []
    // Name resolution is replaced, so that no request leaves this machine.
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

  it('the S3 storage is ready only if the bucket responds', async () => {
    const { server, storage } = await scriptedWithin(impatient, ok('<ListBucketResult></ListBucketResult>'))
    await storage.check()
    for (const response of [
      failure(403, 'AccessDenied'),
      failure(404, 'NoSuchBucket'),
      failure(503, 'SlowDown'),
      hang(),
    ]) {
      server.respond(response)
      await rejects(storage.check(), 'unavailable')
    }
  })

  it('error messages of the S3 storage contain no keys', async () => {
    const { storage } = await scripted(failure(403, 'SignatureDoesNotMatch'))
    const error = await failed(storage.get(x))
    expect(String(error)).toContain(x)
    expect(String(error)).not.toContain('swordfish')
  })
})

describe('Bodies from the network', () => {
  it('a response body of S3 that is truncated or stalls causes the error unavailable', async () => {
    for (const end of ['reset', 'hang'] as const) {
      const { storage } = await scriptedWithin(impatient, partial('half', 8, end))
      const { body } = await storage.get(x)
      await rejects(body.toArray(), 'unavailable')
    }
  })

  it('getBytes sends the request again after a truncated response body', async () => {
    const { server, storage } = await scriptedWithin(
      { requestTimeout: 2_000 },
      partial('half', 8, 'reset'),
      partial('half', 8, 'hang'),
      ok('complete'),
    )
    expect((await storage.getBytes(x, { maxBytes: 10 })).toString()).toBe('complete')
    expect(server.requests).toHaveLength(3)
  })

  it('a slow reader of an S3 object causes no error', async () => {
    const { storage } = await scriptedWithin({ requestTimeout: 1_000 }, ok('x'.repeat(5_000_000)))
    const { body } = await storage.get(x)
    let read = 0
    for await (const chunk of body) {
      if (read === 0) await sleep(1_500)
      read += (chunk as Buffer).length
    }
    expect(read).toBe(5_000_000)
  })

  it('a response body that the caller destroys without reading it releases its connection', async () => {
    const server = await ScriptedS3.start(ok('x'.repeat(5_000_000)))
    open.push(server)
    const storage = await storageAt(server.endpoint, { maxSockets: 1 })
    for (let i = 0; i < 3; i++) (await storage.get(x)).body.destroy()
    expect((await storage.getBytes(x, { maxBytes: 5_000_000 })).length).toBe(5_000_000)
  })
})

describe('Bad networks', () => {
  it('a slow but steady response body may take longer than the time limit', async () => {
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

  it('a connection to S3 that does not respond ends after the time limit of each attempt', async () => {
    const { server } = await scripted(ok('content'))
    await using proxy = await FaultProxy.start({ port: server.port, faults: { hang: true } })
    const storage = await storageAt(`http://127.0.0.1:${proxy.port}`, impatient)
    const start = performance.now()
    await rejects(storage.head(x), 'unavailable')
    expect(performance.now() - start).toBeLessThan(10_000)
    proxy.faults = {}
    expect(await storage.head(x)).toMatchObject({ size: 7 })
  })

  it('a put is sent again if its response is cut off', async () => {
    let proxy: FaultProxy | undefined
    const { server } = await scripted((response, request) => {
      // The first response is lost, and the second response arrives.
      if (proxy !== undefined && server.requests.length > 1) proxy.faults = {}
      ok()(response, request)
    })
    proxy = await FaultProxy.start({ port: server.port, faults: { resetAfterReceived: 10 } })
    open.push(proxy)
    const storage = await storageAt(`http://127.0.0.1:${proxy.port}`)
    expect(await storage.put(x, Buffer.from('1'))).toEqual({ etag: 'e1' })
    expect(server.requests).toHaveLength(2)
  })

  it('a put is sent again if its body is cut off', async () => {
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

describe('Lists', () => {
  const list = (encoding: string): string =>
    `<ListBucketResult>${encoding}<Contents><Key>a+b%20c</Key></Contents><CommonPrefixes><Prefix>p+%2F/</Prefix></CommonPrefixes></ListBucketResult>`

  it('keys in a list of S3 are decoded only if the store reports that it encoded them', async () => {
    const { server, storage } = await scripted(ok(list('<EncodingType>url</EncodingType>')))
    const keys = async (): Promise<string[]> =>
      (await all(storage.list('s3://lake/'))).map(({ location }) => location)
    expect(await keys()).toEqual(['s3://lake/a b c', 's3://lake/p //'])
    server.respond(ok(list('')))
    expect(await keys()).toEqual(['s3://lake/a+b%20c', 's3://lake/p+%2F/'])
  })
})

describe('Deletions', () => {
  it('deletions of missing objects in S3 succeed, also if the store reports an error', async () => {
    const { server, storage } = await scripted(failure(404, 'NoSuchKey'))
    await storage.delete(x)
    server.respond(reset(), failure(404, 'NoSuchKey'))
    await storage.delete(x)
    server.respond(failure(404, 'NoSuchBucket'))
    await rejects(storage.delete(x), 'unavailable')
    const gone = '<Error><Key>x</Key><Code>NoSuchKey</Code></Error>'
    server.respond(ok(`<DeleteResult>${gone}</DeleteResult>`))
    expect(await storage.deleteMany([x])).toEqual({ failed: [] })
  })
})

describe('deleteMany', () => {
  it('deleteMany returns the keys that the store did not delete, in batches of 1000', async () => {
    const errors =
      '<Error><Key>k7</Key><Code>AccessDenied</Code></Error><Error><Key>k8</Key><Code>InternalError</Code></Error>'
    const server = await ScriptedS3.start(
      ok(`<DeleteResult>${errors}</DeleteResult>`),
      ok('<DeleteResult></DeleteResult>'),
      failure(403, 'AccessDenied'),
    )
    open.push(server)
    // Requests with 1000 keys take long on a busy machine.
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
