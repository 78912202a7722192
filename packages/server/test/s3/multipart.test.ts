import { buffer } from 'node:stream/consumers'
import type { Readable } from 'node:stream'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { outcome, sdkClient } from './client.ts'
import { bucket as Bucket, type TestEndpoint, testEndpoint } from './endpoint.ts'

let endpoint: TestEndpoint
let client: S3Client
beforeAll(async () => {
  endpoint = await testEndpoint()
  client = sdkClient(endpoint.url, endpoint.mint())
})
afterAll(() => endpoint[Symbol.asyncDispose]())

const at = (name: string): { Bucket: string; Key: string } => ({ Bucket, Key: `wh/t1/${name}` })

async function create(name: string): Promise<{ Bucket: string; Key: string; UploadId: string }> {
  const { UploadId = '' } = await client.send(new CreateMultipartUploadCommand(at(name)))
  return { ...at(name), UploadId }
}

type Upload = Awaited<ReturnType<typeof create>>

async function send(
  upload: Upload,
  PartNumber: number,
  Body: string | Buffer,
): Promise<{ PartNumber: number; ETag: string }> {
  const { ETag = '' } = await client.send(new UploadPartCommand({ ...upload, PartNumber, Body }))
  return { PartNumber, ETag }
}

const complete = (
  upload: Upload,
  Parts: { PartNumber: number; ETag: string }[],
  more: object = {},
): Promise<string> =>
  outcome(client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts }, ...more })))

async function read(name: string): Promise<Buffer> {
  const { Body } = await client.send(new GetObjectCommand(at(name)))
  return buffer(Body as Readable)
}

test('A multipart upload becomes one object when it is completed, and not before', async () => {
  const upload = await create('big file.bin')
  const first = Buffer.alloc(600_000, 'a')
  const two = await send(upload, 2, 'tail')
  const one = await send(upload, 1, first)
  const replaced = await send(upload, 2, 'TAIL')
  expect(replaced.ETag).not.toBe(two.ETag)
  expect(await outcome(client.send(new GetObjectCommand(at('big file.bin'))))).toBe('404 NoSuchKey')
  const listed = await client.send(new ListPartsCommand(upload))
  expect(listed.Parts?.map(({ PartNumber, Size, ETag }) => [PartNumber, Size, ETag])).toEqual([
    [1, first.length, one.ETag],
    [2, 4, replaced.ETag],
  ])
  const done = await client.send(
    new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: [one, replaced] } }),
  )
  expect(done).toMatchObject({ Bucket, Key: 'wh/t1/big file.bin', ETag: expect.stringMatching(/^".+"$/) })
  expect((await read('big file.bin')).equals(Buffer.concat([first, Buffer.from('TAIL')]))).toBe(true)
  expect(await complete(upload, [one, replaced])).toBe('404 NoSuchUpload')
})

test('ListParts returns parts in pages', async () => {
  const upload = await create('paged')
  for (const number of [1, 2, 5, 10_000]) await send(upload, number, `part ${number}`)
  const page = await client.send(new ListPartsCommand({ ...upload, MaxParts: 2 }))
  expect([page.Parts?.length, page.IsTruncated, page.NextPartNumberMarker]).toEqual([2, true, '2'])
  const rest = await client.send(
    new ListPartsCommand({ ...upload, PartNumberMarker: page.NextPartNumberMarker }),
  )
  expect(rest.Parts?.map(({ PartNumber }) => PartNumber)).toEqual([5, 10_000])
  expect(rest.IsTruncated).toBe(false)
})

test('UploadPartCopy stores bytes of another object as a part', async () => {
  await client.send(new PutObjectCommand({ ...at('source'), Body: '0123456789' }))
  const upload = await create('of copies')
  const part = async (PartNumber: number, more: object): Promise<{ PartNumber: number; ETag: string }> => {
    const { CopyPartResult } = await client.send(
      new UploadPartCopyCommand({ ...upload, PartNumber, CopySource: `${Bucket}/wh/t1/source`, ...more }),
    )
    return { PartNumber, ETag: CopyPartResult?.ETag ?? '' }
  }
  const parts = [await part(1, { CopySourceRange: 'bytes=7-9' }), await part(2, {})]
  expect(await complete(upload, parts)).toBe('200')
  expect((await read('of copies')).toString()).toBe('7890123456789')
  const copy = (more: object): Promise<string> =>
    outcome(
      client.send(
        new UploadPartCopyCommand({
          ...upload,
          PartNumber: 1,
          CopySource: `${Bucket}/wh/t1/source`,
          ...more,
        }),
      ),
    )
  expect(await copy({ CopySourceRange: 'bytes=5-99' })).toBe('416 InvalidRange')
  expect(await copy({ CopySourceRange: 'bytes=5-' })).toBe('400 InvalidArgument')
  expect(await copy({ CopySource: `${Bucket}/wh/t2/source` })).toBe('403 AccessDenied')
  expect(await copy({ CopySource: `${Bucket}/wh/t1/none` })).toBe('404 NoSuchKey')
})

test('The S3 endpoint accepts an upload id only with the object key of the upload', async () => {
  const upload = await create('mine')
  const part = await send(upload, 1, 'x')
  const elsewhere = { ...upload, ...at('yours') }
  expect(await complete(elsewhere, [part])).toBe('404 NoSuchUpload')
  expect(await outcome(client.send(new UploadPartCommand({ ...elsewhere, PartNumber: 1, Body: 'y' })))).toBe(
    '404 NoSuchUpload',
  )
  expect(await outcome(client.send(new ListPartsCommand(elsewhere)))).toBe('404 NoSuchUpload')
  await client.send(new AbortMultipartUploadCommand(elsewhere))
  expect(await complete(upload, [part])).toBe('200')
})

test('AbortMultipartUpload removes the upload and its files', async () => {
  const upload = await create('aborted')
  const part = await send(upload, 1, 'x')
  expect(await outcome(client.send(new AbortMultipartUploadCommand(upload)))).toBe('204')
  expect(await complete(upload, [part])).toBe('404 NoSuchUpload')
  expect((await endpoint.files()).filter((name) => name.includes(upload.UploadId))).toEqual([])
})

test('CompleteMultipartUpload refuses wrong lists of parts', async () => {
  const upload = await create('strict')
  const one = await send(upload, 1, 'one')
  const two = await send(upload, 2, 'two')
  expect(await complete(upload, [two, one])).toBe('400 InvalidPartOrder')
  expect(await complete(upload, [one, one])).toBe('400 InvalidPartOrder')
  expect(await complete(upload, [one, { PartNumber: 3, ETag: two.ETag }])).toBe('400 InvalidPart')
  expect(await complete(upload, [{ ...one, ETag: '"wrong"' }])).toBe('400 InvalidPart')
  expect(await complete(upload, [])).toBe('400 MalformedXML')
  expect(await complete(upload, [one, two], { MpuObjectSize: 7 })).toBe('400 InvalidRequest')
  expect(await complete({ ...upload, UploadId: '../../x' }, [one])).toBe('404 NoSuchUpload')
  expect(await complete(upload, [one, two], { MpuObjectSize: 6 })).toBe('200')
})

test('CompleteMultipartUpload evaluates conditions', async () => {
  await client.send(new PutObjectCommand({ ...at('taken'), Body: 'first' }))
  const upload = await create('taken')
  const part = await send(upload, 1, 'second')
  expect(await complete(upload, [part], { IfNoneMatch: '*' })).toBe('412 PreconditionFailed')
  const another = await create('nowhere')
  const onAnother = await complete(another, [await send(another, 1, 'new')], { IfMatch: '"other"' })
  expect(onAnother).toBe('404 NoSuchKey')
  expect((await read('taken')).toString()).toBe('first')
  expect(await complete(upload, [part])).toBe('200')
  expect((await read('taken')).toString()).toBe('second')
})

test('UploadPart accepts part numbers from 1 to 10,000', async () => {
  const upload = await create('numbers')
  for (const PartNumber of [0, 10_001])
    expect(await outcome(client.send(new UploadPartCommand({ ...upload, PartNumber, Body: 'x' })))).toBe(
      '400 InvalidArgument',
    )
})

test('The S3 endpoint does not list unfinished uploads', async () => {
  expect(await outcome(client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'wh/t1/' })))).toBe(
    '501 NotImplemented',
  )
})
