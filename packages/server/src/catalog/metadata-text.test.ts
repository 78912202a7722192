import { gunzipSync } from 'node:zlib'
import type { TextPiece } from '@headgate/iceberg/metadata'
import { expect, test } from 'vitest'
import { gzipSplice, storedEnd } from './gzip-splice.ts'
import { metadataText, toMetadataText, compressText } from './metadata-text.ts'
import { decompress } from './compressed-text.ts'

const none = Buffer.alloc(0)

function piece(lasting: boolean, length: number): TextPiece {
  return { text: Array.from({ length }, (_, n) => `é${n * n}`).join(','), lasting }
}

const long = piece(true, 4_000)
const longest = piece(true, 20_000)

test('metadataText returns the concatenated pieces in plain and compressed form, also when a piece was compressed before', async () => {
  for (const pieces of [
    [piece(false, 10)],
    [piece(false, 10), long, piece(false, 3)],
    [piece(false, 0), long, longest, long, piece(false, 20_000)],
    [],
  ]) {
    const expected = pieces.map(({ text }) => text).join('')
    const text = metadataText(pieces)
    expect(text.whole.toString()).toBe(expected)
    const compressed = await compressText(text)
    expect(compressed.length).toBe(text.whole.length)
    expect((await decompress(compressed)).toString()).toBe(expected)
    // `gunzipSync` also verifies the checksum.
    expect(gunzipSync(Buffer.concat(gzipSplice(none, compressed, storedEnd(none)))).toString()).toBe(expected)
  }
})

test('metadataText encodes a text piece only once if later texts contain the same piece', () => {
  const [first, second] = [metadataText([piece(false, 1), long]), metadataText([long])]
  expect(second.parts[0]).toBe(first.parts[1])
})

test('compressText compresses an existing text', async () => {
  const whole = Buffer.from(longest.text)
  expect((await decompress(await compressText(toMetadataText(whole)))).equals(whole)).toBe(true)
})
