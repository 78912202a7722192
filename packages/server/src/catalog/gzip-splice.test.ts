import { gunzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { deflatedEnd, gzipSplice, storedEnd } from './gzip-splice.ts'
import { compress, decompress } from './compressed-text.ts'

const text = fc.uint8Array({ maxLength: 5_000 }).map((bytes) => Buffer.from(bytes))

test('decompress returns the text that was compressed', async () => {
  await fc.assert(
    fc.asyncProperty(text, async (plain) => {
      expect((await decompress(await compress(plain))).equals(plain)).toBe(true)
    }),
  )
})

test('gzipSplice returns one valid gzip member that contains all three texts', async () => {
  await fc.assert(
    fc.asyncProperty(text, text, text, async (before, middle, after) => {
      for (const end of [storedEnd(after), deflatedEnd(after)]) {
        const response = Buffer.concat(gzipSplice(before, await compress(middle), end))
        expect(gunzipSync(response).equals(Buffer.concat([before, middle, after]))).toBe(true)
      }
    }),
  )
})

test('gzipSplice splices texts that are larger than a stored block and larger than the limit for synchronous calls', async () => {
  const before = Buffer.alloc(200_000, 'b')
  const middle = Buffer.from(JSON.stringify(Array.from({ length: 50_000 }, (_, n) => n)))
  const after = Buffer.alloc(65_535, 'a')
  for (const end of [storedEnd(after), deflatedEnd(after)]) {
    const response = Buffer.concat(gzipSplice(before, await compress(middle), end))
    expect(gunzipSync(response).equals(Buffer.concat([before, middle, after]))).toBe(true)
  }
})
