import { describe, expect, it } from 'vitest'
import { signRequest } from '../sign-request.ts'
import { signed, signing, verified } from '../../test/signed-requests.ts'
import { collect, split } from '../../test/streams.ts'
import { headerPairs, type WireRequest } from '../wire-request.ts'
import { decodeBody } from './decode-body.ts'
import { BODY, refusal, upload } from '../../test/body/streamed-upload.ts'

describe('decodeBody on a trailer', () => {
  const form = { chunks: 'unsigned', trailer: 'crc32' } as const

  it.each([
    ['has another name than the declared one', 'x-amz-checksum-crc32c:4waSgw==\r\n\r\n', 'malformed-trailer'],
    ['has a wrong checksum', 'x-amz-checksum-crc32:AAAAAA==\r\n\r\n', 'checksum-mismatch'],
    ['does not contain a checksum', 'x-amz-checksum-crc32:AAAAAAAA\r\n\r\n', 'malformed-checksum'],
    ['is missing', '\r\n', 'malformed-trailer'],
    ['is not a header', 'x-amz-checksum-crc32\r\n\r\n', 'malformed-trailer'],
    ['is repeated', 'x-amz-checksum-crc32:$\r\nx-amz-checksum-crc32:$\r\n\r\n', 'malformed-trailer'],
    ['precedes another line', 'x-amz-checksum-crc32:$\r\nx-amz-meta-a:b\r\n\r\n', 'malformed-trailer'],
    ['does not end', `x-amz-checksum-crc32:${' '.repeat(500)}`, 'malformed-chunk'],
  ])('decodeBody refuses a trailer that %s', async (_, trailer, code) => {
    const { encoded, request } = await upload(BODY, form)
    const right = /crc32:(.*)\r\n/.exec(encoded.toString('latin1'))?.[1] ?? ''
    const cut = encoded.toString('latin1').replace(/x-amz-checksum.*$/s, trailer.replaceAll('$', right))
    expect(await refusal(request, Buffer.from(cut, 'latin1'))).toBe(code)
  })

  it('decodeBody accepts single line feeds and an additional empty line, which MinIO sends', async () => {
    const { encoded, request } = await upload(BODY, form)
    const text = encoded.toString('latin1').replace(/==\r\n\r\n$/, '==\n\r\n\r\n')
    expect(text).toContain('==\n\r\n\r\n')
    expect((await collect(decodeBody(request, split(Buffer.from(text, 'latin1'), 3)))).equals(BODY)).toBe(
      true,
    )
  })

  it('decodeBody passes the checksum to the callback onTrailer after it has verified the checksum', async () => {
    const received: unknown[] = []
    const { encoded, request } = await upload(Buffer.from('123456789'), form)
    await collect(
      decodeBody(request, split(encoded, 5), { onTrailer: (checksum) => received.push(checksum) }),
    )
    expect(received).toEqual([{ algorithm: 'crc32', value: 'y/Q5Jg==' }])
  })
})

describe('decodeBody', () => {
  const form = { chunks: 'unsigned', trailer: 'crc32' } as const

  it('decodeBody refuses a line that is longer than the limit, without reading further', async () => {
    const { request } = await upload(BODY, form)
    let read = 0
    async function* endless(): AsyncGenerator<Buffer> {
      for (;;) {
        read += 100
        yield Buffer.alloc(100, '1')
      }
    }
    await expect(collect(decodeBody(request, endless()))).rejects.toMatchObject({ code: 'malformed-chunk' })
    expect(read).toBeLessThanOrEqual(400)
  })

  it('decodeBody refuses a chunk that is larger than the limit or than the body', async () => {
    const { encoded, request } = await upload(BODY, form)
    expect(await refusal(request, encoded, { maxChunkBytes: BODY.length - 1 })).toBe('chunk-too-large')
    expect(await refusal(request, Buffer.from('fffffffff\r\n'))).toBe('chunk-too-large')
    expect(await refusal(request, Buffer.from('ffffffffffffff\r\n'))).toBe('malformed-chunk')
    expect(await refusal(request, Buffer.from('ffffff\r\n'))).toBe('decoded-length-mismatch')
  })

  it.each([
    '-1\r\n',
    '+5\r\n',
    '0x5\r\n',
    ' 5\r\n',
    '5 \r\n',
    '5\n',
    '5;a=b\r\n',
    '\r\n',
    '5\r\r\n',
    'g\r\n',
  ])('decodeBody refuses %j at the beginning of a chunk', async (line) => {
    const { request } = await upload(BODY, form)
    expect(await refusal(request, Buffer.from(line))).toBe('malformed-chunk')
  })

  it('decodeBody reads from its source only when its consumer reads, and closes the source when the consumer stops', async () => {
    const { encoded, request } = await upload(Buffer.alloc(1000), { ...form, chunkBytes: 100 })
    let read = 0
    let ended = false
    async function* source(): AsyncGenerator<Buffer> {
      try {
        for await (const piece of split(encoded, 110)) {
          read++
          yield piece
        }
      } finally {
        ended = true
      }
    }
    let taken = 0
    for await (const _ of decodeBody(request, source())) if (++taken === 3) break
    expect(read).toBeLessThanOrEqual(taken)
    expect(ended).toBe(true)
  })

  it('decodeBody yields data without copying or buffering it', async () => {
    const { encoded, request } = await upload(Buffer.alloc(10_000), form)
    const pieces: Buffer[] = []
    for await (const piece of decodeBody(request, split(encoded, 64))) pieces.push(piece)
    expect(Math.max(...pieces.map((piece) => piece.length))).toBe(64)
    expect(pieces.every((piece) => piece.buffer === encoded.buffer)).toBe(true)
  })
})

describe('decodeBody on a body in one piece', () => {
  const request: WireRequest = {
    method: 'PUT',
    target: '/bucket/key',
    headers: headerPairs(['host', 'here']),
  }
  const sha256 = '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'
  const digits = Buffer.from('123456789')

  it('decodeBody refuses a body that does not match the signed hash', async () => {
    const hashed = verified(signed(request, { payloadHash: sha256 }))
    expect((await collect(decodeBody(hashed, split(digits, 2)))).equals(digits)).toBe(true)
    expect(await refusal(hashed, BODY)).toBe('payload-mismatch')
    expect(await refusal(hashed, digits.subarray(1))).toBe('payload-mismatch')
  })

  it('decodeBody accepts any body when the body is not signed', async () => {
    const unsigned = verified(signed(request))
    expect((await collect(decodeBody(unsigned, split(BODY, 2)))).equals(BODY)).toBe(true)
  })

  it('decodeBody refuses a body that does not match the checksum of its header', async () => {
    const unsigned = verified(signed(request))
    const checksum = { algorithm: 'crc64nvme', value: 'rosUhgp5mIg=' } as const
    expect((await collect(decodeBody(unsigned, split(digits, 4), { checksum }))).equals(digits)).toBe(true)
    expect(await refusal(unsigned, BODY, { checksum })).toBe('checksum-mismatch')
  })
})

it('decodeBody accepts a hash in base64, which Iceberg’s Java client sends', async () => {
  const hex = '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'
  const base = {
    method: 'POST',
    target: '/v1/config',
    headers: headerPairs([
      'host',
      'here',
      'x-amz-content-sha256',
      Buffer.from(hex, 'hex').toString('base64'),
    ]),
  }
  const { headers } = signRequest(base, {
    ...signing,
    service: 'glue',
    payloadHash: hex,
  })
  const request = verified({ ...base, headers: [...base.headers, ...headers] }, { services: ['glue'] })
  expect(request.request.payload).toEqual({ kind: 'hashed', sha256: hex })
  expect(await refusal(request, BODY)).toBe('payload-mismatch')
})
