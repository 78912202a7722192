import { expect, test } from 'vitest'
import { testWarehouse } from '../../test/credentials/vendors/requests.ts'
import type { CompressedText, RelationRow } from '../store/relations.ts'
import { MetadataTextCache, isCachedText, type EncodedText } from './metadata-text-cache.ts'
import { compress } from './compressed-text.ts'

const warehouse = testWarehouse({ mode: 'none' }, { bucket: 'lake', endpoint: 'http://127.0.0.1:9' }, null)
const toTextRef = (
  name: string,
): { warehouse: typeof warehouse; identifier: { namespace: string[]; name: string } } => ({
  warehouse,
  identifier: { namespace: ['a'], name },
})
const at = toTextRef('t')

function toRow(name: string, body: CompressedText): RelationRow {
  return {
    id: name,
    kind: 'table',
    uuid: name,
    version: 1,
    metadataLocation: `s3://lake/${name}/metadata/00000.json`,
    digest: null,
    location: `s3://lake/${name}`,
    ownerId: '',
    definerId: '',
    scanPlanning: null,
    protected: false,
    prefixes: '',
    notBefore: 0,
    body,
  }
}

test('MetadataTextCache caches a metadata text when it is loaded, and replaces it with a newer text of the same relation', async () => {
  const cache = new MetadataTextCache({ maxBytes: 1_000_000, maxFileBytes: 1_000_000 })
  const row = toRow('t', await compress(Buffer.from('{"a":1}')))
  const loaded = await cache.get(at, row, 'all')
  expect([isCachedText(loaded), cache.cached(at, 'all')]).toEqual([true, loaded])
  expect((await cache.inflated(at, 'all', loaded)).toString()).toBe('{"a":1}')
  expect(await cache.get(at, row, 'all')).toBe(loaded)
  const newer = { ...row, metadataLocation: 's3://lake/t/metadata/00001.json' }
  const moved = await cache.get(at, newer, 'all')
  expect(cache.cached(at, 'all')).toBe(moved)
})

test('MetadataTextCache returns one text to concurrent callers with the same row, and decompresses it once', async () => {
  const cache = new MetadataTextCache({ maxBytes: 1_000_000, maxFileBytes: 1_000_000 })
  const row = toRow('t', await compress(Buffer.from('{"a":1}')))
  await cache.get(at, row, 'all')
  const ref = { ...at, cachedText: null }
  const results = await Promise.all([1, 2, 3].map(async () => cache.get(ref, row, 'all')))
  const texts = await Promise.all(results.map(async (encoded) => cache.inflated(ref, 'all', encoded)))
  expect([new Set(results).size, new Set(texts).size]).toEqual([1, 1])
})

test('MetadataTextCache does not share a text between relations whose metadata files have the same location', async () => {
  const cache = new MetadataTextCache({ maxBytes: 10_000_000, maxFileBytes: 10_000_000 })
  const texts = ['a', 'b'].map((letter) => Buffer.from(JSON.stringify(letter.repeat(200_000))))
  const rows = await Promise.all(
    texts.map(async (text, index) => ({
      ...toRow(`t${index}`, await compress(text)),
      metadataLocation: 's3://lake/v1.metadata.json',
    })),
  )
  const plain = await Promise.all(rows.map((row) => cache.plain(toTextRef(row.id), row, 'all')))
  expect(plain.map((text) => text.equals(texts[0] ?? text))).toEqual([true, false])
})

test('MetadataTextCache returns a metadata text that exceeds its size limit without caching it', async () => {
  const cache = new MetadataTextCache({ maxBytes: 0, maxFileBytes: 1_000_000 })
  const encoded = await cache.get(toTextRef('t'), toRow('t', await compress(Buffer.from('{"a":1}'))), 'all')
  expect([isCachedText(encoded), cache.cached(at, 'all'), cache.bytes]).toEqual([false, null, 0])
  expect((await cache.inflated(at, 'all', encoded)).toString()).toBe('{"a":1}')
})

test('MetadataTextCache decompresses a large text once for concurrent callers', async () => {
  const cache = new MetadataTextCache({ maxBytes: 10_000_000, maxFileBytes: 10_000_000 })
  const text = Buffer.from(JSON.stringify(Array.from({ length: 50_000 }, (_, index) => index)))
  const encoded = await cache.get(toTextRef('t'), toRow('t', await compress(text)), 'all')
  const [first, ...others] = await Promise.all(
    Array.from({ length: 10 }, async () => cache.inflated(at, 'all', encoded)),
  )
  expect(first).toEqual(text)
  for (const other of others) expect(other).toBe(first)
  expect(cache.cached(at, 'all')?.plain).toBe(first)
})

test('MetadataTextCache adds the decompressed text to the cached entry, so that responses with this text can be cached', async () => {
  const cache = new MetadataTextCache({ maxBytes: 1_000_000, maxFileBytes: 1_000_000 })
  const encoded = await cache.get(toTextRef('t'), toRow('t', await compress(Buffer.from('{"a":1}'))), 'all')
  const text = await cache.inflated(at, 'all', encoded)
  expect(encoded.plain).toBe(text)
  expect(cache.cached(at, 'all')).toBe(encoded)
})

test('MetadataTextCache counts the bytes of texts and responses, and counts a text inside a cached response only once', async () => {
  const cache = new MetadataTextCache({ maxBytes: 1_000_000, maxFileBytes: 1_000_000 })
  const body = await compress(Buffer.alloc(5_000, 'text'))
  const encoded = await cache.get(toTextRef('t'), toRow('t', body), 'all')
  const overhead = cache.bytes - body.compressed.length
  await cache.inflated(at, 'all', encoded)
  expect(cache.bytes).toBe(overhead + body.compressed.length + 5_000)
  const response = Buffer.concat([Buffer.from('before'), encoded.plain ?? Buffer.of(), Buffer.from('after')])
  const plain = response.subarray(6, 5_006)
  cache.addResponses(at, 'all', encoded, { plain, bytes: 11 })
  expect(cache.bytes).toBe(overhead + body.compressed.length + 5_011)
  expect(cache.cached(at, 'all')?.plain).toBe(plain)
})

test('MetadataTextCache does not cache responses that contain a replaced text', async () => {
  const cache = new MetadataTextCache({ maxBytes: 1_000_000, maxFileBytes: 1_000_000 })
  const old = await cache.get(toTextRef('t'), toRow('t', await compress(Buffer.from('old'))), 'all')
  cache.add(at, 's3://lake/t/metadata/00001.json', Buffer.from('new'), null)
  const { bytes } = cache
  cache.addResponses(at, 'all', old, { plain: Buffer.from('old'), bytes: 100_000 })
  expect(cache.bytes).toBe(bytes)
  expect(cache.cached(at, 'all')?.plain?.toString()).toBe('new')
})

test('MetadataTextCache evicts the least recently used entries when responses grow, and keeps its size limit', async () => {
  const cache = new MetadataTextCache({ maxBytes: 20_000, maxFileBytes: 1_000_000 })
  const results: EncodedText[] = []
  for (const name of ['a', 'b', 'c'])
    results.push(await cache.get(toTextRef(name), toRow(name, await compress(Buffer.from(name))), 'all'))
  const [, , last] = results
  if (last === undefined) throw new Error('The cache returned no text.')
  cache.addResponses(toTextRef('c'), 'all', last, { bytes: 17_000 })
  expect(cache.bytes).toBeLessThanOrEqual(20_000)
  expect(cache.cached(toTextRef('a'), 'all')).toBeNull()
  expect(cache.cached(toTextRef('c'), 'all')).toBe(last)
})
