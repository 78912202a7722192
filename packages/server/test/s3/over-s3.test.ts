import { randomBytes } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import type { Readable } from 'node:stream'
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListPartsCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { findMinio, needsMinio, startMinio } from '@headgate/testkit'
import { sha256Hex } from '@headgate/sigv4'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { S3Storage } from '@headgate/storage/s3'
import { codeIn, outcome, sdkClient, signedHeaders } from './client.ts'
import { bucket as Bucket, type TestEndpoint, testEndpoint } from './endpoint.ts'

const mib = 1024 ** 2

describe.skipIf(findMinio() === undefined)(needsMinio('The endpoint with another S3 store (MinIO)'), () => {
  let endpoint: TestEndpoint
  let client: S3Client
  const open: AsyncDisposable[] = []
  beforeAll(async () => {
    const minio = await startMinio({ buckets: [Bucket] })
    const { accessKeyId, secretAccessKey, region } = minio
    const storage = await S3Storage.open({
      bucket: Bucket,
      prefix: 'wh',
      region,
      endpoint: minio.endpoint,
      credentials: { accessKeyId, secretAccessKey },
    })
    endpoint = await testEndpoint({ around: () => storage })
    open.push(minio, storage, endpoint)
    client = sdkClient(endpoint.url, endpoint.mint())
  })
  afterAll(async () => {
    while (open.length > 0) await open.pop()?.[Symbol.asyncDispose]()
  })

  const at = (name: string): { Bucket: string; Key: string } => ({ Bucket, Key: `wh/t1/${name}` })
  async function read(name: string, more: object = {}): Promise<Buffer> {
    const { Body } = await client.send(new GetObjectCommand({ ...at(name), ...more }))
    return buffer(Body as Readable)
  }

  test('the gateway over an S3 store returns objects with unusual keys, content types, ranges and directory markers', async () => {
    const bytes = randomBytes(12 * mib)
    for (const name of ['a b+ü/%2F😀.bin', 'dir/x']) {
      await client.send(new PutObjectCommand({ ...at(name), Body: bytes }))
      expect((await read(name)).equals(bytes)).toBe(true)
    }
    const nothing = { Body: Buffer.alloc(0), ContentType: 'text/x-odd' }
    await client.send(new PutObjectCommand({ ...at('dir/'), ...nothing }))
    expect((await client.send(new HeadObjectCommand(at('dir/')))).ContentType).toBe('text/x-odd')
    expect((await read('dir/x', { Range: 'bytes=-5' })).equals(bytes.subarray(-5))).toBe(true)
    await client.send(new CopyObjectCommand({ ...at('copy'), CopySource: `${Bucket}/wh/t1/dir/x` }))
    expect((await read('copy')).equals(bytes)).toBe(true)
  })

  test('the gateway over an S3 store evaluates conditions of writes and reads', async () => {
    const put = (more: object): Promise<string> =>
      outcome(client.send(new PutObjectCommand({ ...at('once'), Body: 'x', ...more })))
    expect(await put({ IfNoneMatch: '*' })).toBe('200')
    expect(await put({ IfNoneMatch: '*' })).toBe('412 PreconditionFailed')
    const { ETag } = await client.send(new HeadObjectCommand(at('once')))
    expect(await put({ IfMatch: '"other"' })).toBe('412 PreconditionFailed')
    expect(await put({ IfMatch: ETag })).toBe('200')
    expect(await outcome(client.send(new GetObjectCommand({ ...at('once'), IfNoneMatch: ETag })))).toMatch(
      /^304/,
    )
    expect(await put({ ...at('never'), IfMatch: ETag })).toBe('404 NoSuchKey')
    expect(await outcome(client.send(new GetObjectCommand(at('none'))))).toBe('404 NoSuchKey')
  })

  test.each([100_000, 2 * mib, 20 * mib])(
    'the gateway over an S3 store never stores a body of %i bytes that differs from its declaration',
    async (size) => {
      const target = `/${Bucket}/wh/t1/wrong-${size}`
      const headers = signedHeaders(endpoint.url, 'PUT', target, {
        credentials: endpoint.mint(),
        payloadHash: sha256Hex(Buffer.from('another')),
      })
      const response = await fetch(endpoint.url + target, {
        method: 'PUT',
        body: new Uint8Array(size),
        headers: Object.fromEntries(headers.filter(([name]) => name !== 'host')),
      })
      expect([response.status, codeIn(await response.text())]).toEqual([400, 'XAmzContentSHA256Mismatch'])
      expect(await outcome(client.send(new HeadObjectCommand(at(`wrong-${size}`))))).toMatch(/^404/)
    },
  )

  test('the gateway over an S3 store completes a multipart upload, and answers EntityTooSmall to a part that is too small', async () => {
    const upload = { ...at('parts') }
    const { UploadId = '' } = await client.send(new CreateMultipartUploadCommand(upload))
    const part = async (PartNumber: number, Body: Buffer): Promise<{ PartNumber: number; ETag: string }> => {
      const { ETag = '' } = await client.send(
        new UploadPartCommand({ ...upload, UploadId, PartNumber, Body }),
      )
      return { PartNumber, ETag }
    }
    const complete = (Parts: object[]): Promise<string> =>
      outcome(
        client.send(new CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload: { Parts } })),
      )
    const first = randomBytes(6 * mib)
    const small = await part(1, Buffer.from('small'))
    const last = await part(2, Buffer.from('last'))
    expect(await complete([small, last])).toBe('400 EntityTooSmall')
    const one = await part(1, first)
    expect((await client.send(new ListPartsCommand({ ...upload, UploadId }))).Parts).toHaveLength(2)
    const copied = await client.send(
      new UploadPartCopyCommand({
        ...upload,
        UploadId,
        PartNumber: 3,
        CopySource: `${Bucket}/wh/t1/once`,
        CopySourceRange: 'bytes=0-0',
      }),
    )
    expect(await complete([one, { ...last, ETag: '"00000000000000000000000000000000"' }])).toBe(
      '400 InvalidPart',
    )
    const big = await part(2, first)
    expect(await complete([one, big, { PartNumber: 3, ETag: copied.CopyPartResult?.ETag }])).toBe('200')
    expect((await read('parts')).equals(Buffer.concat([first, first, Buffer.from('x')]))).toBe(true)
  })

  test('the gateway over an S3 store lists objects in pages, and deletes many objects in one request', async () => {
    const names = Array.from({ length: 25 }, (_, i) => `wh/t1/many/${String(i).padStart(2, '0')} ü+%20`)
    for (const Key of names) await client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))
    const listed = async (): Promise<unknown[]> => {
      const found: unknown[] = []
      for await (const { Contents = [] } of paginateListObjectsV2(
        { client, pageSize: 7 },
        { Bucket, Prefix: 'wh/t1/many/' },
      ))
        found.push(...Contents.map(({ Key }) => Key))
      return found
    }
    expect(await listed()).toEqual(names)
    const { Deleted } = await client.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: names.map((Key) => ({ Key })) } }),
    )
    expect(Deleted).toHaveLength(25)
    expect(await listed()).toEqual([])
  })
})
