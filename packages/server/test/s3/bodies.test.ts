import { createHash, randomBytes } from 'node:crypto'
import {
  type ChecksumAlgorithm,
  checksumHeader,
  createChecksum,
  encodeBody,
  encodedLength,
  type Header,
  sha256Hex,
  signRequest,
  type StreamingForm,
  streamingHeaders,
  streamingPayloadHash,
} from '@headgate/sigv4'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { rawRequest, type RawSigning, signedHeaders, parseStatus } from './client.ts'
import { bucket, region, type TestEndpoint, testEndpoint } from './endpoint.ts'
import { open, talk } from './socket.ts'
import { replaced } from './storage.ts'

let endpoint: TestEndpoint
beforeAll(async () => {
  endpoint = await testEndpoint()
})
afterAll(() => endpoint[Symbol.asyncDispose]())

let count = 0
let key: string
let path: string
beforeEach(() => {
  key = `wh/t1/body-${(count += 1)}`
  path = `/${bucket}/${key}`
})

const small = randomBytes(1000)
const large = randomBytes(1_000_000)
const close: Header = ['connection', 'close']

async function put(
  body: Uint8Array | string,
  headers: readonly Header[],
  signing: Partial<RawSigning> = {},
): Promise<string> {
  const length: Header = ['content-length', String(Buffer.byteLength(body))]
  const all = signedHeaders(endpoint.url, 'PUT', path, {
    credentials: endpoint.mint(),
    body,
    headers: [close, ...(headers.some(([name]) => name === 'content-length') ? [] : [length]), ...headers],
    ...signing,
  })
  return parseStatus(await talk(endpoint.port, [rawRequest('PUT', path, all, body)]))
}

const stored = async (): Promise<boolean> => (await endpoint.files()).includes(key)
const leftovers = async (): Promise<string[]> =>
  (await endpoint.files()).filter((name) => name.includes('.headgate-'))

/** Sends a signed request with an aws-chunked body and this declared length of the content. */
async function inChunks(
  form: StreamingForm,
  body: Uint8Array,
  said: number = body.length,
): Promise<{ headers: Header[]; bytes: Buffer }> {
  const headers: Header[] = [
    ['host', new URL(endpoint.url).host],
    close,
    ...streamingHeaders(form, said).filter(([name]) => name !== 'content-length'),
    ['content-length', String(encodedLength(form, body.length))],
  ]
  const { headers: added, seed } = signRequest(
    { method: 'PUT', target: path, headers },
    {
      credentials: endpoint.mint(),
      region,
      service: 's3',
      date: new Date(),
      payloadHash: streamingPayloadHash(form),
    },
  )
  const pieces: Buffer[] = []
  for await (const piece of encodeBody([body], form, seed)) pieces.push(piece)
  return { headers: [...headers, ...added], bytes: Buffer.concat(pieces) }
}

async function encoded(
  form: StreamingForm,
  body: Uint8Array,
  forge: (bytes: Buffer) => Buffer = (bytes) => bytes,
): Promise<string> {
  const { headers, bytes } = await inChunks(form, body)
  return parseStatus(await talk(endpoint.port, [rawRequest('PUT', path, headers, forge(bytes))]))
}

describe('A body that equals its declaration', () => {
  const algorithms: ChecksumAlgorithm[] = ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256']
  const forms: StreamingForm[] = [
    { chunks: 'signed', chunkBytes: 8192 },
    ...algorithms.flatMap((trailer) => [
      { chunks: 'signed', trailer } as const,
      { chunks: 'unsigned', trailer } as const,
    ]),
  ]
  test.each(forms)('a correct body becomes an object, with chunks of form %j', async (form) => {
    for (const body of [small, large]) {
      expect(await encoded(form, body)).toBe('200')
      const got = await talk(endpoint.port, [
        rawRequest(
          'GET',
          path,
          signedHeaders(endpoint.url, 'GET', path, { credentials: endpoint.mint(), headers: [close] }),
        ),
      ])
      expect(sha256Hex(Buffer.from(got.slice(got.indexOf('\r\n\r\n') + 4), 'latin1'))).toBe(sha256Hex(body))
    }
  })

  test('a correct body becomes an object with a signed hash, without one, and with a checksum or MD5 in a header', async () => {
    for (const body of [small, large]) {
      expect(await put(body, [])).toBe('200')
      expect(await put(body, [], { payloadHash: 'UNSIGNED-PAYLOAD' })).toBe('200')
      expect(await put(body, [['content-md5', createHash('md5').update(body).digest('base64')]])).toBe('200')
      for (const algorithm of algorithms) {
        const checksum = createChecksum(algorithm)
        checksum.update(body)
        const header: Header = [checksumHeader(algorithm), checksum.digest().toString('base64')]
        expect(await put(body, [header], { payloadHash: 'UNSIGNED-PAYLOAD' })).toBe('200')
      }
    }
  })
})

describe('A body that differs from its declaration never becomes an object', () => {
  const changed = (bytes: Uint8Array): Buffer => {
    const copy = Buffer.from(bytes)
    copy[copy.length - 5] = (copy.at(-5) ?? 0) ^ 1
    return copy
  }

  test.each([
    ['small', small],
    ['large', large],
  ])('a %s body that was changed in transit never becomes an object', async (_, body) => {
    expect(await put(changed(body), [], { payloadHash: sha256Hex(body) })).toBe(
      '400 XAmzContentSHA256Mismatch',
    )
    const md5 = createHash('md5').update(body).digest('base64')
    expect(await put(changed(body), [['content-md5', md5]])).toBe('400 BadDigest')
    expect(await put(body, [['content-md5', 'nonsense']])).toBe('400 InvalidDigest')
    const crc = createChecksum('crc32')
    crc.update(body)
    const header: Header = ['x-amz-checksum-crc32', crc.digest().toString('base64')]
    expect(await put(changed(body), [header], { payloadHash: 'UNSIGNED-PAYLOAD' })).toBe('400 BadDigest')
    expect(await put(body, [['x-amz-checksum-crc32', 'x']])).toBe('400 InvalidRequest')
    expect(await stored()).toBe(false)
    expect(await leftovers()).toEqual([])
  })

  test.each([
    [
      'a changed byte in signed chunks',
      { chunks: 'signed' },
      (b: Buffer) => swapByte(b, 500),
      '403 SignatureDoesNotMatch',
    ],
    [
      'a changed byte before a trailer',
      { chunks: 'unsigned', trailer: 'crc32' },
      (b: Buffer) => swapByte(b, 500),
      '400 BadDigest',
    ],
    [
      'a changed trailer',
      { chunks: 'unsigned', trailer: 'crc32' },
      (b: Buffer) => swapByte(b, b.length - 8),
      /^400/,
    ],
    [
      'a malformed chunk size',
      { chunks: 'signed' },
      (b: Buffer) => Buffer.concat([Buffer.from('x'), b.subarray(1)]),
      /^400/,
    ],
    [
      'two chunks in reverse order',
      { chunks: 'signed', chunkBytes: 8192 },
      swapChunks,
      '403 SignatureDoesNotMatch',
    ],
  ] as const)('as %s', async (_, form, forge, status) => {
    const result = await encoded(form, large, forge)
    if (typeof status === 'string') expect(result).toBe(status)
    else expect(result).toMatch(status)
    expect(await stored()).toBe(false)
    expect(await leftovers()).toEqual([])
  })

  test('a truncated body never becomes an object, and the existing object remains', async () => {
    expect(await put('before', [])).toBe('200')
    const headers = signedHeaders(endpoint.url, 'PUT', path, {
      credentials: endpoint.mint(),
      body: large,
      headers: [['content-length', String(large.length)]],
    })
    const socket = open(endpoint.port)
    socket.write(rawRequest('PUT', path, headers, large.subarray(0, 600_000)))
    await expect.poll(leftovers).toHaveLength(1)
    socket.destroy()
    await expect.poll(leftovers).toEqual([])
    const got = await talk(endpoint.port, [
      rawRequest(
        'GET',
        path,
        signedHeaders(endpoint.url, 'GET', path, { credentials: endpoint.mint(), headers: [close] }),
      ),
    ])
    expect(got.endsWith('\r\n\r\nbefore')).toBe(true)
    expect(endpoint.events.some((event) => event['reason'] === 'the client disconnected')).toBe(true)
  })

  test('a body whose chunks end before the declared length never becomes an object', async () => {
    const form = { chunks: 'unsigned', trailer: 'crc32' } as const
    const { headers, bytes } = await inChunks(form, small.subarray(0, 500), 1000)
    const sent = rawRequest('PUT', path, headers, bytes)
    expect(parseStatus(await talk(endpoint.port, [sent]))).toBe('400 IncompleteBody')
    expect(await stored()).toBe(false)
  })

  test.each([
    ['a small body', small],
    ['a large body', large],
  ])('a body never becomes an object when the connection is idle in the middle of %s', async (_, body) => {
    await using impatient = await testEndpoint({ limits: { requestTimeoutMs: 700 } })
    const headers = signedHeaders(impatient.url, 'PUT', path, {
      credentials: impatient.mint(),
      body,
      headers: [['content-length', String(body.length)]],
    })
    const response = await talk(impatient.port, [rawRequest('PUT', path, headers, body.subarray(0, 10))])
    expect(parseStatus(response)).toBe('400 RequestTimeout')
    if (body === large) expect(response).toMatch(/\r\nconnection: close\r\n/i)
    expect(await impatient.files()).not.toContain(key)
  })

  test.each([
    ['a small body', small],
    ['a large body', large],
  ])('a body never becomes an object when the client disconnects in the middle of %s', async (_, body) => {
    const headers = signedHeaders(endpoint.url, 'PUT', path, {
      credentials: endpoint.mint(),
      body,
      headers: [['content-length', String(body.length)]],
    })
    const before = endpoint.events.length
    const socket = open(endpoint.port)
    socket.write(rawRequest('PUT', path, headers, body.subarray(0, 10)), () => {
      setTimeout(() => socket.destroy(), 50)
    })
    await expect.poll(() => endpoint.events.length).toBeGreaterThan(before)
    expect(endpoint.events.at(-1)?.['reason']).toBe('the client disconnected')
    expect(await stored()).toBe(false)
  })
})

test('The storage never receives the last bytes of a body that differs from its declaration', async () => {
  // The size is a multiple of all block sizes of buffers, so that the last block is full.
  const even = randomBytes(1024 ** 2)
  const published: string[] = []
  await using eager = await testEndpoint({
    around: (storage) =>
      replaced(storage, {
        async put(location, body, { size = 0 } = {}) {
          let left = size
          for await (const chunk of body as AsyncIterable<Uint8Array>) {
            left -= chunk.byteLength
            if (left === 0) published.push(location)
          }
          return { etag: 'x' }
        },
      }),
  })
  const send = async (payloadHash: string): Promise<string> => {
    const headers = signedHeaders(eager.url, 'PUT', path, {
      credentials: eager.mint(),
      payloadHash,
      headers: [close, ['content-length', String(even.length)]],
    })
    return parseStatus(await talk(eager.port, [rawRequest('PUT', path, headers, even)]))
  }
  expect(await send(sha256Hex(small))).toBe('400 XAmzContentSHA256Mismatch')
  expect(published).toEqual([])
  expect(await send(sha256Hex(even))).toBe('200')
  expect(published).toEqual([`s3://${bucket}/${key}`])
})

function swapByte(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}

/** Swaps the first two chunks, which have the same length. */
function swapChunks(bytes: Buffer): Buffer {
  const length = bytes.indexOf('\r\n') + 2 + 8192 + 2
  return Buffer.concat([
    bytes.subarray(length, 2 * length),
    bytes.subarray(0, length),
    bytes.subarray(2 * length),
  ])
}
