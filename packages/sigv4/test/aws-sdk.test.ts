import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  type ChecksumAlgorithm,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { decodeBody } from '../src/body/decode-body.ts'
import { encodeBody, streamingHeaders, streamingPayloadHash } from '../src/body/encode-body.ts'
import { sha256Hex } from '../src/sha256-hex.ts'
import { declaredChecksum, type DeclaredChecksum } from '../src/checksums/declared-checksum.ts'
import { parseRequest } from '../src/incoming/parse-request.ts'
import type { ParsedRequest } from '../src/incoming/parsed-request.ts'
import { presign } from '../src/presign.ts'
import { SigningKeys } from '../src/signing-keys.ts'
import { signRequest } from '../src/sign-request.ts'
import { SigV4Error } from '../src/sigv4-error.ts'
import { collect } from './streams.ts'
import { verifySignature } from '../src/verify-signature.ts'
import { headerPairs, type Header } from '../src/wire-request.ts'

// Amazon's SDK signs requests, node:http transports them, and this package verifies them.

const credentials = { accessKeyId: 'AKIDTEST', secretAccessKey: 'secret', sessionToken: 'token/+==' }
const region = 'eu-central-1'
const keys = new SigningKeys()

interface Seen {
  readonly parsed: ParsedRequest
  readonly body: Buffer
  readonly checksum: DeclaredChecksum | undefined
}
let seen: Seen | undefined
let port = 0
const server = createServer((request, response) => {
  void respond(request, response)
})

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    seen = await handle(request)
    response.end('<Result/>')
  } catch (error) {
    const refusal = error instanceof SigV4Error ? error : undefined
    response.writeHead(refusal?.kind.status ?? 500)
    response.end(`<Error><Code>${refusal?.code ?? 'bug'}</Code><Message>${String(error)}</Message></Error>`)
  }
}

async function handle(request: IncomingMessage): Promise<Seen> {
  const headers = headerPairs(request.rawHeaders)
  const parsed = parseRequest(
    { method: request.method ?? '', target: request.url ?? '', headers },
    { services: ['s3'], regions: [region], now: new Date() },
  )
  if (!parsed.ok) throw parsed.refusal
  expect(parsed.value.sessionToken).toBe(credentials.sessionToken)
  const verified = verifySignature(parsed.value, credentials.secretAccessKey, { keys })
  if (!verified.ok) throw verified.refusal
  const declared = declaredChecksum(headers)
  if (!declared.ok) throw declared.refusal
  let checksum = declared.value
  const body = await collect(
    decodeBody(verified.value, request, {
      ...(declared.value === undefined ? {} : { checksum: declared.value }),
      onTrailer: (trailer) => {
        checksum = trailer
      },
    }),
  )
  return { parsed: parsed.value, body, checksum }
}

let client: S3Client
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
  client = new S3Client({
    endpoint: `http://127.0.0.1:${port}`,
    region,
    credentials,
    forcePathStyle: true,
    maxAttempts: 1,
  })
})
beforeEach(() => {
  seen = undefined
})
afterAll(async () => {
  client.destroy()
  await new Promise((resolve) => server.close(resolve))
})

it.each(['plain', 'with space', 'a+b=c&d?e#f%20g', "!'()*;:@$,[]", 'häß/ሴ/😀', 'a//b/./c/../d/', '~-._/é'])(
  'the AWS SDK writes and reads the object %j with requests that this package verifies',
  async (Key) => {
    await client.send(new GetObjectCommand({ Bucket: 'bucket', Key, Range: 'bytes=0-9' }))
    expect(decodeURIComponent(seen?.parsed.path ?? '')).toBe(`/bucket/${Key}`)
    await client.send(
      new PutObjectCommand({ Bucket: 'bucket', Key, Body: 'body', ContentType: 'text/plain' }),
    )
    expect(seen?.body.toString()).toBe('body')
  },
)

it.each(['a b', 'a+b', 'a&b=c/%2F', 'ሴ', ''])(
  'the AWS SDK lists objects by the prefix %j',
  async (Prefix) => {
    await client.send(new ListObjectsV2Command({ Bucket: 'bucket', Prefix, Delimiter: '/', MaxKeys: 2 }))
    expect(seen?.parsed.form).toBe('header')
  },
)

it('signatures of the AWS SDK cover a body in XML and metadata', async () => {
  await client.send(new DeleteObjectsCommand({ Bucket: 'bucket', Delete: { Objects: [{ Key: 'ä' }] } }))
  expect(seen?.parsed.payload.kind).toBe('hashed')
  const Metadata = { one: 'a  b', two: ' c ' }
  await client.send(new PutObjectCommand({ Bucket: 'bucket', Key: 'key', Body: 'x', Metadata }))
  expect(seen?.parsed.signedHeaders).toEqual(expect.arrayContaining(['x-amz-meta-one', 'x-amz-meta-two']))
})

const algorithms: ChecksumAlgorithm[] = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256']

it.each(algorithms)('a streamed body of the AWS SDK has %s in its trailer', async (ChecksumAlgorithm) => {
  const body = Buffer.alloc(300_000, 'some text ')
  const Body = Readable.from([body.subarray(0, 100_001), body.subarray(100_001)])
  await client.send(
    new PutObjectCommand({
      Bucket: 'bucket',
      Key: 'key',
      Body,
      ContentLength: body.length,
      ChecksumAlgorithm,
    }),
  )
  expect(seen?.parsed.payload).toMatchObject({ kind: 'streaming', decodedLength: body.length })
  expect(seen?.checksum?.algorithm).toBe(ChecksumAlgorithm.toLowerCase())
  expect(seen?.body.equals(body)).toBe(true)
})

it.each(algorithms)('a part that the AWS SDK uploads has %s in its headers', async (ChecksumAlgorithm) => {
  const Body = Buffer.alloc(70_000, 'part ')
  await client.send(
    new UploadPartCommand({
      Bucket: 'bucket',
      Key: 'key',
      UploadId: 'u',
      PartNumber: 1,
      Body,
      ChecksumAlgorithm,
    }),
  )
  expect(seen?.checksum?.algorithm).toBe(ChecksumAlgorithm.toLowerCase())
  expect(seen?.body.equals(Body)).toBe(true)
})

it('a request of the AWS SDK that is signed with another secret is refused', async () => {
  const stranger = new S3Client({
    endpoint: `http://127.0.0.1:${port}`,
    region,
    credentials: { ...credentials, secretAccessKey: 'other' },
    forcePathStyle: true,
    maxAttempts: 1,
  })
  await expect(stranger.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'key' }))).rejects.toMatchObject({
    name: 'signature-mismatch',
  })
  stranger.destroy()
})

it('fetch sends requests that this package signed', async () => {
  const host: Header = ['host', `127.0.0.1:${port}`]
  const signing = { credentials, region, service: 's3', date: new Date() }
  const target = '/bucket/a%20b?x=%2F&y'
  const body = 'some text'
  const put = signRequest(
    { method: 'PUT', target, headers: [host] },
    { ...signing, payloadHash: sha256Hex(body) },
  )
  const respond = await fetch(`http://127.0.0.1:${port}${target}`, {
    method: 'PUT',
    body,
    headers: pairs(put.headers),
  })
  expect(await respond.text()).toBe('<Result/>')

  const link = presign({ method: 'GET', target, headers: [host] }, { ...signing, expiresSeconds: 60 })
  expect(await (await fetch(`http://127.0.0.1:${port}${link}`)).text()).toBe('<Result/>')

  const form = { chunks: 'signed', trailer: 'crc64nvme', chunkBytes: 8192 } as const
  const data = Buffer.alloc(100_000, 'data')
  const headers = [host, ...streamingHeaders(form, data.length)]
  const upload = signRequest(
    { method: 'PUT', target, headers },
    { ...signing, payloadHash: streamingPayloadHash(form) },
  )
  const streamed = await fetch(`http://127.0.0.1:${port}${target}`, {
    method: 'PUT',
    body: await collect(encodeBody([data], form, upload.seed)),
    headers: pairs([...streamingHeaders(form, data.length), ...upload.headers]),
  })
  expect(await streamed.text()).toBe('<Result/>')
  expect(seen?.body.equals(data)).toBe(true)
})

it('header bytes beyond ASCII are verified without decoding them', async () => {
  const value = Buffer.from('Grüße à la carte', 'utf8').toString('latin1')
  const request = {
    method: 'GET',
    target: '/bucket/key',
    headers: [
      ['host', 'here'],
      ['x-amz-meta-a', value],
    ] satisfies Header[],
  }
  const { headers } = signRequest(request, {
    credentials,
    region,
    service: 's3',
    date: new Date(),
    payloadHash: 'UNSIGNED-PAYLOAD',
  })
  const lines = [...request.headers, ...headers].map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const socket = connect(port, '127.0.0.1')
  socket.end(Buffer.from(`GET /bucket/key HTTP/1.1\r\n${lines}connection: close\r\n\r\n`, 'latin1'))
  expect((await collect(socket)).toString()).toContain('<Result/>')
})

function pairs(headers: readonly Header[]): [string, string][] {
  return headers.filter(([name]) => name !== 'content-length').map(([name, value]) => [name, value])
}
