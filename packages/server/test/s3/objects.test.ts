import { buffer, text } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import {
  ChecksumAlgorithm,
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { outcome, sdkClient } from './client.ts'
import { bucket as Bucket, region, type TestEndpoint, testEndpoint } from './endpoint.ts'

let endpoint: TestEndpoint
let client: S3Client
beforeAll(async () => {
  endpoint = await testEndpoint()
  client = sdkClient(endpoint.url, endpoint.mint())
})
afterAll(() => endpoint[Symbol.asyncDispose]())

const at = (name: string): { Bucket: string; Key: string } => ({ Bucket, Key: `wh/t1/${name}` })

async function read(name: string, more: object = {}): Promise<Buffer> {
  const { Body } = await client.send(new GetObjectCommand({ ...at(name), ...more }))
  return buffer(Body as Readable)
}

describe('An object', () => {
  test('an object has the bytes, size, ETag and time of the PutObject request', async () => {
    const put = await client.send(new PutObjectCommand({ ...at('data/a.parquet'), Body: 'hello' }))
    const got = await client.send(new GetObjectCommand(at('data/a.parquet')))
    expect(await text(got.Body as Readable)).toBe('hello')
    const head = await client.send(new HeadObjectCommand(at('data/a.parquet')))
    expect([got.ContentLength, head.ContentLength, head.ETag]).toEqual([5, 5, put.ETag])
    expect(put.ETag).toMatch(/^"[^"]+"$/)
    expect(Math.abs(Date.now() - Number(head.LastModified))).toBeLessThan(60_000)
    expect(got.AcceptRanges).toBe('bytes')
  })

  test.each([
    'day=2024%2F01/x',
    'a b+c&d=e.txt',
    'ü/日本語/😀',
    'quote\'"<>&.bin',
    '%2e%2e/percent',
    '*/${user}/$1',
    'trailing.',
    'ends in space ',
  ])('an object can have the key %j, which the endpoint decodes once', async (name) => {
    await client.send(new PutObjectCommand({ ...at(name), Body: name }))
    expect((await read(name)).toString()).toBe(name)
    expect(await endpoint.files()).toContain(`wh/t1/${name}`)
    await client.send(new DeleteObjectCommand(at(name)))
    expect(await endpoint.files()).not.toContain(`wh/t1/${name}`)
  })

  test.each(['../t2/x', 'a/../../t2/x', './x', 'a/./b', 'a\\b', 'a\nb', 'a?b', 'a#b', 'k'.repeat(1030)])(
    'an object cannot have the key %j, which parsers may interpret as another key',
    async (name) => {
      const before = await endpoint.files()
      // The client would resolve dot segments. `attacks.test.ts` sends them unchanged.
      const result = await outcome(client.send(new PutObjectCommand({ ...at(name), Body: 'x' })))
      expect(result).toMatch(/^400 (InvalidURI|KeyTooLongError)|^403/)
      expect(await endpoint.files()).toEqual(before)
    },
  )

  test('a read of a missing object results in NoSuchKey, and its deletion succeeds', async () => {
    expect(await outcome(client.send(new GetObjectCommand(at('none'))))).toBe('404 NoSuchKey')
    expect(await outcome(client.send(new HeadObjectCommand(at('none'))))).toBe('404 NotFound')
    expect(await outcome(client.send(new DeleteObjectCommand(at('none'))))).toBe('204')
  })

  test('an object that marks a directory can be read, written and deleted', async () => {
    expect(await outcome(client.send(new HeadObjectCommand(at('dir/'))))).toBe('404 NotFound')
    expect(await outcome(client.send(new PutObjectCommand({ ...at('dir/'), Body: Buffer.alloc(0) })))).toBe(
      '200',
    )
    expect(await outcome(client.send(new DeleteObjectCommand(at('dir/'))))).toBe('204')
    expect(await outcome(client.send(new PutObjectCommand({ ...at('dir/'), Body: 'x' })))).toMatch(/^400/)
  })

  test.each(Object.values(ChecksumAlgorithm).filter((name) => /^(CRC|SHA(1|256)$)/.test(name)))(
    'an object can be written with a checksum of %s, from bytes and from a stream',
    async (ChecksumAlgorithm) => {
      const bytes = Buffer.alloc(700_000, 'headgate')
      await client.send(new PutObjectCommand({ ...at('sum'), Body: bytes, ChecksumAlgorithm }))
      expect((await read('sum')).equals(bytes)).toBe(true)
      const stream = Readable.from([
        bytes.subarray(0, 1),
        bytes.subarray(1, 400_000),
        bytes.subarray(400_000),
      ])
      await client.send(
        new PutObjectCommand({
          ...at('sum stream'),
          Body: stream,
          ContentLength: bytes.length,
          ChecksumAlgorithm,
        }),
      )
      expect((await read('sum stream')).equals(bytes)).toBe(true)
    },
  )

  test('an object can be empty', async () => {
    await client.send(new PutObjectCommand({ ...at('empty'), Body: Buffer.alloc(0) }))
    expect((await read('empty')).length).toBe(0)
    expect(await outcome(client.send(new GetObjectCommand({ ...at('empty'), Range: 'bytes=0-1' })))).toBe(
      '416 InvalidRange',
    )
  })
})

describe('A range', () => {
  beforeAll(() => client.send(new PutObjectCommand({ ...at('ten'), Body: '0123456789' })))

  test.each([
    ['bytes=0-0', '0', 'bytes 0-0/10'],
    ['bytes=3-5', '345', 'bytes 3-5/10'],
    ['bytes=8-', '89', 'bytes 8-9/10'],
    ['bytes=8-99', '89', 'bytes 8-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=-99', '0123456789', 'bytes 0-9/10'],
  ])('the range %s returns its bytes, with GET and HEAD', async (Range, bytes, ContentRange) => {
    const got = await client.send(new GetObjectCommand({ ...at('ten'), Range }))
    expect(got).toMatchObject({
      ContentRange,
      ContentLength: bytes.length,
      $metadata: { httpStatusCode: 206 },
    })
    expect(await text(got.Body as Readable)).toBe(bytes)
    const head = await client.send(new HeadObjectCommand({ ...at('ten'), Range }))
    expect(head).toMatchObject({ ContentLength: bytes.length, $metadata: { httpStatusCode: 206 } })
  })

  test.each(['bytes=5-3', 'bytes=0-1,3-4', 'lines=1-2', 'bytes=a-b'])(
    'the range %s returns the whole object',
    async (Range) => {
      expect((await read('ten', { Range })).toString()).toBe('0123456789')
    },
  )

  test.each(['bytes=10-', 'bytes=99-100', 'bytes=-0'])('%s gets InvalidRange', async (Range) => {
    expect(await outcome(client.send(new GetObjectCommand({ ...at('ten'), Range })))).toBe('416 InvalidRange')
    expect(await outcome(client.send(new HeadObjectCommand({ ...at('ten'), Range })))).toMatch(/^416/)
  })

  test('a read of part 1 returns the whole object, and a read of part 2 fails', async () => {
    const got = await client.send(new GetObjectCommand({ ...at('ten'), PartNumber: 1 }))
    expect([got.$metadata.httpStatusCode, got.ContentRange]).toEqual([206, 'bytes 0-9/10'])
    expect(await text(got.Body as Readable)).toBe('0123456789')
    expect(await outcome(client.send(new GetObjectCommand({ ...at('ten'), PartNumber: 2 })))).toMatch(/^416/)
  })
})

describe('Conditions:', () => {
  let etag: string
  beforeAll(async () => {
    etag = (await client.send(new PutObjectCommand({ ...at('cond'), Body: 'one' }))).ETag ?? ''
  })
  const long = 86_400_000

  test.each([
    ['If-Match of its ETag', () => ({ IfMatch: etag }), '200'],
    ['If-Match of any object', () => ({ IfMatch: '*' }), '200'],
    ['If-Match of another ETag', () => ({ IfMatch: '"other"' }), '412'],
    ['If-None-Match of its ETag', () => ({ IfNoneMatch: etag }), '304'],
    ['If-None-Match of a list with it', () => ({ IfNoneMatch: `"x", ${etag}` }), '304'],
    ['If-None-Match of another ETag', () => ({ IfNoneMatch: '"other"' }), '200'],
    ['If-Modified-Since before', () => ({ IfModifiedSince: new Date(Date.now() - long) }), '200'],
    ['If-Modified-Since after', () => ({ IfModifiedSince: new Date(Date.now() + long) }), '304'],
    ['If-Unmodified-Since before', () => ({ IfUnmodifiedSince: new Date(Date.now() - long) }), '412'],
    ['If-Unmodified-Since after', () => ({ IfUnmodifiedSince: new Date(Date.now() + long) }), '200'],
    [
      'If-Match that is true, with If-Unmodified-Since that is false',
      () => ({ IfMatch: etag, IfUnmodifiedSince: new Date(Date.now() - long) }),
      '200',
    ],
    [
      'If-None-Match that is false, with If-Modified-Since that is true',
      () => ({ IfNoneMatch: '"other"', IfModifiedSince: new Date(Date.now() + long) }),
      '200',
    ],
  ])('the condition %s decides a read as RFC 9110 defines', async (_, condition, status) => {
    expect(
      (await outcome(client.send(new GetObjectCommand({ ...at('cond'), ...condition() })))).slice(0, 3),
    ).toBe(status)
    expect(
      (await outcome(client.send(new HeadObjectCommand({ ...at('cond'), ...condition() })))).slice(0, 3),
    ).toBe(status)
  })

  test('If-None-Match: * lets exactly one of many concurrent writers succeed', async () => {
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        outcome(client.send(new PutObjectCommand({ ...at('once'), Body: `writer ${i}`, IfNoneMatch: '*' }))),
      ),
    )
    expect(results.toSorted()).toEqual(['200', ...Array.from({ length: 7 }, () => '412 PreconditionFailed')])
  })

  test('If-Match lets a write replace only the version that it names', async () => {
    const first = await client.send(new PutObjectCommand({ ...at('swap'), Body: '1' }))
    const swap = (): Promise<string> =>
      outcome(client.send(new PutObjectCommand({ ...at('swap'), Body: '2', IfMatch: first.ETag })))
    expect([await swap(), await swap()]).toEqual(['200', '412 PreconditionFailed'])
    await client.send(new DeleteObjectCommand(at('swap')))
    expect(await swap()).toBe('404 NoSuchKey')
  })

  test('conditions that S3 does not support result in NotImplemented, and are not ignored', async () => {
    expect(
      await outcome(client.send(new PutObjectCommand({ ...at('x'), Body: 'x', IfNoneMatch: '"a"' }))),
    ).toBe('501 NotImplemented')
    expect(await outcome(client.send(new DeleteObjectCommand({ ...at('cond'), IfMatch: etag })))).toBe(
      '501 NotImplemented',
    )
    expect((await read('cond')).toString()).toBe('one')
  })
})

test('A read returns the headers that its query requests', async () => {
  await client.send(new PutObjectCommand({ ...at('said'), Body: 'x' }))
  const got = await client.send(
    new GetObjectCommand({
      ...at('said'),
      ResponseContentType: 'text/csv',
      ResponseContentDisposition: 'attachment; filename="a.csv"',
      ResponseCacheControl: 'no-store',
    }),
  )
  expect(got).toMatchObject({
    ContentType: 'text/csv',
    ContentDisposition: 'attachment; filename="a.csv"',
    CacheControl: 'no-store',
  })
  expect(
    await outcome(client.send(new GetObjectCommand({ ...at('said'), ResponseContentType: 'a\r\nx: y' }))),
  ).toBe('400 InvalidArgument')
})

test('The S3 endpoint refuses a write that requires an unsupported property', async () => {
  const put = (more: object): Promise<string> =>
    outcome(client.send(new PutObjectCommand({ ...at('asked'), Body: 'x', ...more })))
  expect(await put({ ServerSideEncryption: 'aws:kms' })).toBe('501 NotImplemented')
  expect(await put({ ACL: 'public-read' })).toBe('501 NotImplemented')
  expect(await put({ ContentEncoding: 'gzip' })).toBe('501 NotImplemented')
  expect(await put({ Tagging: 'a=b' })).toBe('501 NotImplemented')
  expect(await put({ StorageClass: 'GLACIER' })).toBe('501 NotImplemented')
  expect(
    await put({ ACL: 'bucket-owner-full-control', Metadata: { a: 'b' }, StorageClass: 'STANDARD' }),
  ).toBe('200')
})

describe('A copy', () => {
  beforeAll(() => client.send(new PutObjectCommand({ ...at('from/ü +%.bin'), Body: 'copied' })))
  const CopySource = `/${Bucket}/${encodeURIComponent('wh/t1/from/ü +%.bin')}`

  test('a copy has the bytes of its source', async () => {
    const { CopyObjectResult } = await client.send(new CopyObjectCommand({ ...at('to'), CopySource }))
    expect((await read('to')).toString()).toBe('copied')
    const { ETag } = await client.send(new HeadObjectCommand(at('to')))
    expect(CopyObjectResult?.ETag).toBe(ETag)
  })

  test('CopyObject evaluates conditions on its source and its target', async () => {
    const { ETag } = await client.send(new HeadObjectCommand(at('from/ü +%.bin')))
    const copy = (more: object): Promise<string> =>
      outcome(client.send(new CopyObjectCommand({ ...at('to2'), CopySource, ...more })))
    expect(await copy({ CopySourceIfMatch: '"other"' })).toBe('412 PreconditionFailed')
    expect(await copy({ CopySourceIfNoneMatch: ETag })).toBe('412 PreconditionFailed')
    expect(await copy({ IfMatch: ETag })).toBe('404 NoSuchKey')
    expect(await copy({ CopySourceIfMatch: ETag, IfNoneMatch: '*' })).toBe('200')
    expect(await copy({ IfNoneMatch: '*' })).toBe('412 PreconditionFailed')
    expect((await read('to2')).toString()).toBe('copied')
  })

  test('CopyObject from a missing object results in NoSuchKey, and to the same key in InvalidRequest', async () => {
    const of = (name: string): Promise<string> =>
      outcome(client.send(new CopyObjectCommand({ ...at('to3'), CopySource: `${Bucket}/wh/t1/${name}` })))
    expect(await of('none')).toBe('404 NoSuchKey')
    expect(await of('to3')).toBe('400 InvalidRequest')
  })
})

test('HeadBucket and GetBucketLocation succeed for a bucket of the session', async () => {
  const head = await client.send(new HeadBucketCommand({ Bucket }))
  expect(head.BucketRegion).toBe(region)
  expect((await client.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBe(region)
  expect(await outcome(client.send(new HeadBucketCommand({ Bucket: 'another' })))).toMatch(/^403/)
})

describe('The audit log', () => {
  const findEvents = (operation: string): unknown[] =>
    endpoint.events.filter((event) => event['operation'] === `s3.${operation}`)

  test('the audit log contains one event for all reads of an object by one session, and one event for each write', async () => {
    endpoint.events.length = 0
    const own = sdkClient(endpoint.url, endpoint.mint())
    for (let i = 0; i < 3; i += 1) await own.send(new PutObjectCommand({ ...at('audited'), Body: `${i}` }))
    for (let i = 0; i < 3; i += 1) await own.send(new HeadObjectCommand(at('audited')))
    await sdkClient(endpoint.url, endpoint.mint()).send(new HeadObjectCommand(at('audited')))
    expect([findEvents('PutObject').length, findEvents('HeadObject').length]).toEqual([3, 2])
  })

  test('the audit log contains one event for all reads that do not find an object, and another event when the object is found', async () => {
    endpoint.events.length = 0
    const own = sdkClient(endpoint.url, endpoint.mint())
    const look = (): Promise<unknown> => outcome(own.send(new HeadObjectCommand(at('awaited'))))
    for (let i = 0; i < 3; i += 1) await look()
    await own.send(new PutObjectCommand({ ...at('awaited'), Body: 'there' }))
    for (let i = 0; i < 3; i += 1) await look()
    expect(findEvents('HeadObject')).toMatchObject([{ outcome: 'failed' }, { outcome: 'allowed' }])
  })

  test('audit events contain the source of a copy, the prefix of a list and the deleted keys', async () => {
    endpoint.events.length = 0
    await client.send(new CopyObjectCommand({ ...at('audited2'), CopySource: `${Bucket}/wh/t1/audited` }))
    await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'wh/t1/aud' }))
    const Objects = [{ Key: 'wh/t1/audited2' }, { Key: 'wh/t2/x' }]
    await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }))
    expect(endpoint.events.map((event) => event['detail'])).toMatchObject([
      { source: `s3://${Bucket}/wh/t1/audited` },
      { prefix: 'wh/t1/aud' },
      { deleted: ['wh/t1/audited2'], refused: 1 },
    ])
  })
})

test('Every response contains a request id, also an error, and log lines and audit events contain the same id', async () => {
  const error = await client.send(new GetObjectCommand(at('nameless'))).catch((thrown: unknown) => thrown)
  const { requestId } = (error as { $metadata: { requestId: string } }).$metadata
  expect(requestId).toMatch(/^[0-9A-F]{20}$/)
  expect(endpoint.events.at(-1)).toMatchObject({
    request_id: requestId,
    operation: 's3.GetObject',
    object: `s3://${Bucket}/wh/t1/nameless`,
    principal: 'ada',
    outcome: 'failed',
  })
  expect(endpoint.lines.join('')).toContain(requestId)
  expect(await endpoint.metrics()).toContain('headgate_requests_total{operation="s3.GetObject",status="404"}')
})
