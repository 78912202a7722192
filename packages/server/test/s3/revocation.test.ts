import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { type Header, UNSIGNED_PAYLOAD } from '@headgate/sigv4'
import { afterEach, describe, expect, test } from 'vitest'
import type { S3SessionKeys } from '../../src/credentials/s3-session.ts'
import type { StoredObject } from '@headgate/storage'
import { outcome, rawRequest, sdkClient, signedHeaders, parseStatus } from './client.ts'
import { bucket as Bucket, type TestEndpoint, type TestEndpointOptions, testEndpoint } from './endpoint.ts'
import { open } from './socket.ts'
import { replaced } from './storage.ts'

const Key = 'wh/t1/object'
const path = `/${Bucket}/${Key}`
const mib = 1024 ** 2

let endpoint: TestEndpoint
let credentials: S3SessionKeys
afterEach(() => endpoint[Symbol.asyncDispose]())

async function begin(options: TestEndpointOptions = {}): Promise<void> {
  endpoint = await testEndpoint(options)
  credentials = endpoint.mint()
}

const revoke = (): unknown => endpoint.revoked.add(credentials.accessKeyId)

/** Request whose body a test sends in several chunks. */
class RunningRequest {
  readonly socket: Socket
  received = ''

  constructor(method: string, target: string, length: number, more: readonly Header[] = []) {
    const headers: Header[] = [['content-length', String(length)], ...more]
    const signed = signedHeaders(endpoint.url, method, target, {
      credentials,
      payloadHash: UNSIGNED_PAYLOAD,
      headers,
    })
    this.socket = open(endpoint.port)
    this.socket.on('data', (chunk: Buffer) => (this.received += chunk.toString('latin1')))
    this.socket.write(rawRequest(method, target, signed))
  }

  async send(bytes: string | Buffer): Promise<void> {
    if (!this.socket.write(bytes)) await once(this.socket, 'drain')
  }

  /** Returns the status and error code of the response. */
  async readResponse(): Promise<string> {
    await expect.poll(() => this.received, { timeout: 10_000 }).toMatch(/^HTTP\/1\.1 (?!100)/)
    await expect.poll(() => this.received, { timeout: 10_000 }).toMatch(/<\/Error>|^HTTP\/1\.1 2/)
    this.socket.destroy()
    return parseStatus(this.received)
  }
}

/** Waits until the server has authorized the request and reads its body. */
const authorized = async (): Promise<void> => {
  await expect.poll(() => endpoint.asked.get(credentials.accessKeyId) ?? 0).toBeGreaterThan(0)
}

describe('After its session was revoked before the last byte', () => {
  test.each([
    ['PutObject of 10 bytes', 10],
    ['PutObject of 1 MiB', mib],
  ])(
    'the request %s fails after its session is revoked, and leaves no object and no file',
    async (_, size) => {
      await begin()
      const put = new RunningRequest('PUT', path, size)
      await put.send(Buffer.alloc(size - 1))
      await authorized()
      revoke()
      await put.send('x')
      expect(await put.readResponse()).toBe('403 AccessDenied')
      expect(await endpoint.files()).toEqual([])
    },
  )

  test('UploadPart fails after its session is revoked, and an earlier part with the same number remains', async () => {
    await begin()
    const client = sdkClient(endpoint.url, endpoint.mint())
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }))
    await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: 'early' }))
    const part = new RunningRequest('PUT', `${path}?partNumber=1&uploadId=${UploadId}`, mib)
    await part.send(Buffer.alloc(mib - 1))
    await authorized()
    revoke()
    await part.send('x')
    expect(await part.readResponse()).toBe('403 AccessDenied')
    const { Parts } = await client.send(new ListPartsCommand({ Bucket, Key, UploadId }))
    expect(Parts?.map(({ Size }) => Size)).toEqual([5])
  })

  test('CompleteMultipartUpload fails after its session is revoked, and creates no object', async () => {
    await begin()
    const client = sdkClient(endpoint.url, endpoint.mint())
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }))
    const { ETag } = await client.send(
      new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: 'part' }),
    )
    const document = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${ETag}</ETag></Part></CompleteMultipartUpload>`
    const complete = new RunningRequest('POST', `${path}?uploadId=${UploadId}`, document.length)
    await complete.send(document.slice(0, -1))
    await authorized()
    revoke()
    await complete.send('>')
    expect(await complete.readResponse()).toBe('403 AccessDenied')
    expect(await endpoint.files()).not.toContain(Key)
    const parts = { Parts: [{ PartNumber: 1, ETag }] }
    await client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: parts }))
    expect(await endpoint.files()).toEqual([Key])
  })

  test('DeleteObjects fails after its session is revoked, and deletes nothing', async () => {
    await begin()
    await sdkClient(endpoint.url, endpoint.mint()).send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))
    const document = `<Delete><Object><Key>${Key}</Key></Object></Delete>`
    const md5 = createHash('md5').update(document).digest('base64')
    const remove = new RunningRequest('POST', `/${Bucket}?delete`, document.length, [['content-md5', md5]])
    await remove.send(document.slice(0, -1))
    await authorized()
    revoke()
    await remove.send('>')
    expect(await remove.readResponse()).toBe('403 AccessDenied')
    expect(await endpoint.files()).toEqual([Key])
  })

  test.each([
    [
      'CopyObject',
      (): CopyObjectCommand =>
        new CopyObjectCommand({
          Bucket,
          Key: `${Key}2`,
          CopySource: `${Bucket}/${Key}`,
          CopySourceIfNoneMatch: '"no"',
        }),
    ],
    [
      'UploadPartCopy',
      (UploadId: string): UploadPartCopyCommand =>
        new UploadPartCopyCommand({ Bucket, Key, UploadId, PartNumber: 1, CopySource: `${Bucket}/${Key}` }),
    ],
  ] as const)(
    'the request %s fails when its session is revoked while the server reads the source',
    async (_, command) => {
      const { promise: read, resolve: goOn } = Promise.withResolvers<void>()
      await begin({
        around: (storage) =>
          replaced(storage, {
            async get(location, options): Promise<StoredObject> {
              await read
              return storage.get(location, options)
            },
          }),
      })
      const other = sdkClient(endpoint.url, endpoint.mint())
      await other.send(new PutObjectCommand({ Bucket, Key, Body: 'source' }))
      const { UploadId = '' } = await other.send(new CreateMultipartUploadCommand({ Bucket, Key }))
      const client = sdkClient(endpoint.url, credentials)
      const made = command(UploadId)
      const copied = outcome(made instanceof CopyObjectCommand ? client.send(made) : client.send(made))
      await authorized()
      revoke()
      goOn()
      expect(await copied).toBe('403 AccessDenied')
      expect(await endpoint.files()).not.toContain(`${Key}2`)
      expect((await other.send(new ListPartsCommand({ Bucket, Key, UploadId }))).Parts ?? []).toEqual([])
    },
  )
})

describe('A running request is checked at an interval:', () => {
  test('the server ends a write of a revoked session whose client sends slowly before its last byte', async () => {
    await begin({ recheckMs: 30 })
    const put = new RunningRequest('PUT', path, mib)
    const stop = new AbortController()
    const trickle = (async () => {
      for (let sent = 0; sent < mib && !stop.signal.aborted; sent += 1) {
        await put.send('x')
        await sleep(5)
      }
    })()
    await expect.poll(() => endpoint.asked.get(credentials.accessKeyId) ?? 0).toBeGreaterThan(3)
    expect(put.received).toBe('')
    revoke()
    expect(await put.readResponse()).toBe('403 AccessDenied')
    stop.abort()
    await trickle
    await expect.poll(() => endpoint.files()).toEqual([])
    expect(endpoint.events.at(-1)).toMatchObject({ operation: 's3.PutObject', outcome: 'denied' })
  })

  test('the server ends a write of a revoked session whose client has stopped sending', async () => {
    await begin({ recheckMs: 30 })
    const put = new RunningRequest('PUT', path, mib)
    await put.send(Buffer.alloc(400_000))
    await authorized()
    revoke()
    expect(await put.readResponse()).toBe('403 AccessDenied')
    await expect.poll(() => endpoint.files()).toEqual([])
  })

  test('the server aborts a copy when its session is revoked, and creates no object', async () => {
    await begin({
      recheckMs: 30,
      around: (storage) =>
        replaced(storage, {
          async copy(from, to, options = {}) {
            const { signal } = options
            if (signal !== undefined && !signal.aborted) await once(signal, 'abort')
            return storage.copy(from, to, options)
          },
        }),
    })
    await sdkClient(endpoint.url, endpoint.mint()).send(new PutObjectCommand({ Bucket, Key, Body: 'source' }))
    const copy = new CopyObjectCommand({ Bucket, Key: `${Key}2`, CopySource: `${Bucket}/${Key}` })
    const copied = outcome(sdkClient(endpoint.url, credentials).send(copy))
    await authorized()
    revoke()
    expect(await copied).toBe('403 AccessDenied')
    expect(await endpoint.files()).toEqual([Key])
  })

  test('the server ends a write when its session expires, and lets a read finish', async () => {
    const end = Date.now() + 1_500
    let chunks = 0
    await begin({
      recheckMs: 100,
      around: (storage) => replaced(storage, { get: () => Promise.resolve(slowObject(() => (chunks += 1))) }),
    })
    credentials = endpoint.mint({ expiresAt: end })
    const put = new RunningRequest('PUT', path, mib)
    const get = new RunningRequest('GET', path, 0)
    await put.send(Buffer.alloc(mib - 1))
    expect(await put.readResponse()).toBe('403 ExpiredToken')
    expect(Date.now()).toBeGreaterThanOrEqual(end)
    expect(await endpoint.files()).toEqual([])
    const before = chunks
    await expect.poll(() => chunks).toBeGreaterThan(before + 20)
    expect(get.socket.destroyed).toBe(false)
    revoke()
    await expect.poll(() => get.socket.closed, { timeout: 5_000 }).toBe(true)
  })

  test('the server aborts a read when its session is revoked', async () => {
    await begin({
      recheckMs: 30,
      around: (storage) => replaced(storage, { get: () => Promise.resolve(slowObject(() => undefined)) }),
    })
    const get = new RunningRequest('GET', path, 0)
    await expect.poll(() => get.received).toMatch(/^HTTP\/1\.1 200 /)
    revoke()
    await expect.poll(() => get.socket.closed, { timeout: 5_000 }).toBe(true)
  })
})

function slowObject(onChunk: () => void): StoredObject {
  const body = Readable.from(
    (async function* slow() {
      for (;;) {
        await sleep(10)
        onChunk()
        yield Buffer.alloc(100)
      }
    })(),
  )
  return { info: { size: 2 ** 40, etag: 'x', lastModified: 0 }, length: 2 ** 40, body }
}
