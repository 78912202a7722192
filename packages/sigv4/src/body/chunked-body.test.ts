import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { collect, split } from '../../test/streams.ts'
import { SigV4Error } from '../sigv4-error.ts'
import { decodeBody } from './decode-body.ts'
import { encodedLength, type StreamingForm } from './encode-body.ts'
import { BODY, decode, refusal, upload } from '../../test/body/streamed-upload.ts'

const forms: { name: string; form: StreamingForm }[] = [
  { name: 'signed chunks', form: { chunks: 'signed' } },
  ...(['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256'] as const).flatMap((trailer) => [
    { name: `signed chunks, ${trailer}`, form: { chunks: 'signed', trailer } as const },
    { name: `unsigned chunks, ${trailer}`, form: { chunks: 'unsigned', trailer } as const },
  ]),
]

/**
 * Forms of a body for the slow test that flips each bit. Omits the forms whose lines have the same format as the
 * lines of another form.
 */
const flippedForms = forms.filter(
  ({ form }) => form.trailer === undefined || /^crc(32c|64)/.test(form.trailer),
)

describe.each(forms)('decodeBody on $name', ({ form }) => {
  it('decodeBody returns the body for any chunk size and any division of the input', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.integer({ min: 1, max: 120 }),
        fc
          .array(fc.integer({ min: 0, max: 90 }), { minLength: 1, maxLength: 5 })
          .filter((s) => s.some((n) => n > 0)),
        async (bytes, chunkBytes, sizes) => {
          const { encoded, request } = await upload(Buffer.from(bytes), { ...form, chunkBytes })
          expect(encoded).toHaveLength(encodedLength({ ...form, chunkBytes }, bytes.length))
          expect((await collect(decodeBody(request, split(encoded, ...sizes)))).equals(bytes)).toBe(true)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('decodeBody refuses a body that is truncated at any byte', async () => {
    const { encoded, request } = await upload(BODY, { ...form, chunkBytes: 20 })
    for (let length = 0; length < encoded.length; length++) {
      expect(await refusal(request, encoded.subarray(0, length))).toBe('truncated-body')
    }
  })

  it('decodeBody refuses bytes after the end of the body', async () => {
    const { encoded, request } = await upload(BODY, form)
    for (const more of ['x', '\n\n', '0\r\n', '\r\n\r\n', encoded.toString('latin1')]) {
      expect(await refusal(request, Buffer.concat([encoded, Buffer.from(more, 'latin1')]))).toBeDefined()
    }
  })

  it('decodeBody refuses a body whose chunks are reordered, missing or repeated', async () => {
    const { encoded, request } = await upload(BODY, { ...form, chunkBytes: 18 })
    const { chunks, end } = splitChunks(encoded, 18)
    expect(chunks).toHaveLength(3)
    const [a, b, c] = chunks as [Buffer, Buffer, Buffer]
    for (const other of [
      [b, a, c],
      [a, c, b],
      [c, b, a],
      [b, c],
      [a, c],
      [a, b],
      [],
      [a, a, c],
      [a, b, c, c],
    ]) {
      expect(await refusal(request, Buffer.concat([...other, end]))).toBeDefined()
    }
    expect((await collect(decodeBody(request, split(Buffer.concat([a, b, c, end]), 7)))).equals(BODY)).toBe(
      true,
    )
  })

  it('decodeBody refuses a body that is longer or shorter than its declared length', async () => {
    for (const length of [BODY.length - 1, BODY.length + 1, 0]) {
      const { encoded, request } = await upload(BODY, form, length)
      expect(await refusal(request, encoded)).toBe('decoded-length-mismatch')
    }
  })

  it('decodeBody accepts an empty body', async () => {
    const { encoded, request } = await upload(Buffer.alloc(0), form)
    expect(await collect(decodeBody(request, split(encoded, 1)))).toHaveLength(0)
  })
})

describe.each(flippedForms)('decodeBody on $name', ({ form }) => {
  it('decodeBody refuses a body in which any bit is flipped, unless only the case of a digit or a name changes', async () => {
    const { encoded, request } = await upload(BODY, { ...form, chunkBytes: 20 })
    const folded: string[] = []
    for (let bit = 0; bit < encoded.length * 8; bit++) {
      const flipped = Buffer.from(encoded)
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const result = await decode(request, flipped)
      if (result instanceof SigV4Error) continue
      expect(result.equals(BODY)).toBe(true)
      const { 0: was } = encoded.toString('latin1', bit >> 3, (bit >> 3) + 1)
      expect(bit & 7).toBe(5)
      folded.push(was ?? '')
    }
    // The accepted bodies differ only in the case of letters: `e`, the size of the last chunk (other sizes have no
    // letters), and then the names of the trailer fields.
    const names = [
      ...(form.trailer === undefined ? [] : [`x-amz-checksum-${form.trailer}`]),
      ...(form.trailer !== undefined && form.chunks === 'signed' ? ['x-amz-trailer-signature'] : []),
    ]
    expect(folded.join('')).toBe(`e${names.join('').replace(/[^a-z]/g, '')}`)
  })
})

describe('decodeBody on signed chunks', () => {
  it('decodeBody refuses chunks that were signed for another request', async () => {
    const form = { chunks: 'signed' } as const
    const { encoded } = await upload(BODY, form)
    const other = await upload(BODY, form, BODY.length, '/bucket/other')
    expect(await refusal(other.request, encoded)).toBe('chunk-signature-mismatch')
  })

  it('decodeBody refuses chunks without signatures', async () => {
    const { request } = await upload(BODY, { chunks: 'signed', trailer: 'crc32' })
    const { encoded } = await upload(BODY, { chunks: 'unsigned', trailer: 'crc32' })
    expect(await refusal(request, encoded)).toBe('malformed-chunk')
  })

  it('decodeBody requires a signature of the trailer, even when its checksum is correct', async () => {
    const { encoded, request } = await upload(BODY, { chunks: 'signed', trailer: 'crc32' })
    const text = encoded.toString('latin1')
    const cut = (from: RegExp, to = ''): Buffer => Buffer.from(text.replace(from, to), 'latin1')
    expect(await refusal(request, cut(/x-amz-trailer-signature:.*\r\n/))).toBe('truncated-body')
    expect(await refusal(request, cut(/x-amz-trailer-signature:.*\r\n/, '\r\n'))).toBe('malformed-trailer')
    expect(await refusal(request, cut(/(?<=trailer-signature:)./, 'x'))).toBe('trailer-signature-mismatch')
    expect(await refusal(request, cut(/(?<=trailer-signature:).*\r\n/, '\r\n'))).toBe(
      'trailer-signature-mismatch',
    )
  })
})

/** Splits an encoded body into its chunks of full size, with their header lines, and the remaining bytes. */
function splitChunks(encoded: Buffer, chunkBytes: number): { chunks: Buffer[]; end: Buffer } {
  const chunks: Buffer[] = []
  let at = 0
  while (encoded[at] !== 0x30) {
    const end = encoded.indexOf('\n', at) + 1 + chunkBytes + 2
    chunks.push(encoded.subarray(at, end))
    at = end
  }
  return { chunks, end: encoded.subarray(at) }
}
