import { gunzipSync } from 'node:zlib'
import type { TextPiece } from '@headgate/iceberg/metadata'
import { expect, test } from 'vitest'
import { gzipSplice, storedEnd } from './gzip-splice.ts'
import { metadataText, metadataTextOf, packText } from './metadata-text.ts'
import { unpack } from './packed-body.ts'

const none = Buffer.alloc(0)

function piece(lasting: boolean, length: number): TextPiece {
  return { text: Array.from({ length }, (_, n) => `é${n * n}`).join(','), lasting }
}

const long = piece(true, 4_000)
const longest = piece(true, 20_000)

test('a text in pieces is all of them, plain and packed, with pieces that were packed before too', async () => {
  for (const pieces of [
    [piece(false, 10)],
    [piece(false, 10), long, piece(false, 3)],
    [piece(false, 0), long, longest, long, piece(false, 20_000)],
    [],
  ]) {
    const expected = pieces.map(({ text }) => text).join('')
    const text = metadataText(pieces)
    expect(text.whole.toString()).toBe(expected)
    const packed = await packText(text)
    expect(packed.length).toBe(text.whole.length)
    expect((await unpack(packed)).toString()).toBe(expected)
    // which checks the sum as well
    expect(gunzipSync(Buffer.concat(gzipSplice(none, packed, storedEnd(none)))).toString()).toBe(expected)
  }
})

test('what was made of a lasting piece is kept with it', () => {
  const [first, second] = [metadataText([piece(false, 1), long]), metadataText([long])]
  expect(second.parts[0]).toBe(first.parts[1])
})

test('a text that was there already is packed like one that was made', async () => {
  const whole = Buffer.from(longest.text)
  expect((await unpack(await packText(metadataTextOf(whole)))).equals(whole)).toBe(true)
})
