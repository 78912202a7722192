import { expect, test } from 'vitest'
import { testWarehouse } from '../../test/credentials/vendors/requests.ts'
import type { CompressedBody, RelationRow } from '../store/relations.ts'
import { BodyCache, isHeld, type ServedBody } from './body-cache.ts'
import { compress } from './compressed-body.ts'

const warehouse = testWarehouse({ mode: 'none' }, { bucket: 'lake', endpoint: 'http://127.0.0.1:9' }, null)
const toPlace = (
  name: string,
): { warehouse: typeof warehouse; identifier: { namespace: string[]; name: string } } => ({
  warehouse,
  identifier: { namespace: ['a'], name },
})
const at = toPlace('t')

function toRow(name: string, body: CompressedBody): RelationRow {
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

test('BodyCache caches a metadata text when it is loaded, and replaces it with a newer text of the same relation', async () => {
  const cache = new BodyCache({ maxBytes: 1_000_000, maxFileBytes: 1_000_000 })
  const row = toRow('t', await compress(Buffer.from('{"a":1}')))
  const loaded = await cache.get(at, row, 'all')
  expect([isHeld(loaded), cache.held(at, 'all')]).toEqual([true, loaded])
  expect((await cache.inflated(at, 'all', loaded)).toString()).toBe('{"a":1}')
  expect(await cache.get(at, row, 'all')).toBe(loaded)
  const newer = { ...row, metadataLocation: 's3://lake/t/metadata/00001.json' }
  const moved = await cache.get(at, newer, 'all')
  expect(cache.held(at, 'all')).toBe(moved)
})

test('BodyCache returns one text to concurrent callers with the same row, and decompresses it once', async () => {
  const cache = new BodyCache({ maxBytes: 1_000_000, maxFileBytes: 1_000_000 })
  const row = toRow('t', await compress(Buffer.from('{"a":1}')))
  await cache.get(at, row, 'all')
  const place = { ...at, held: null }
  const results = await Promise.all([1, 2, 3].map(async () => cache.get(place, row, 'all')))
  const texts = await Promise.all(results.map(async (served) => cache.inflated(place, 'all', served)))
  expect([new Set(results).size, new Set(texts).size]).toEqual([1, 1])
})

test('BodyCache does not share a text between relations whose metadata files have the same location', async () => {
  const cache = new BodyCache({ maxBytes: 10_000_000, maxFileBytes: 10_000_000 })
  const texts = ['a', 'b'].map((letter) => Buffer.from(JSON.stringify(letter.repeat(200_000))))
  const rows = await Promise.all(
    texts.map(async (text, index) => ({
      ...toRow(`t${index}`, await compress(text)),
      metadataLocation: 's3://lake/v1.metadata.json',
    })),
  )
  const plain = await Promise.all(rows.map((row) => cache.plain(toPlace(row.id), row, 'all')))
  expect(plain.map((text) => text.equals(texts[0] ?? text))).toEqual([true, false])
})

test('BodyCache returns a metadata text that exceeds its size limit without caching it', async () => {
  const cache = new BodyCache({ maxBytes: 0, maxFileBytes: 1_000_000 })
  const served = await cache.get(toPlace('t'), toRow('t', await compress(Buffer.from('{"a":1}'))), 'all')
  expect([isHeld(served), cache.held(at, 'all'), cache.bytes]).toEqual([false, null, 0])
  expect((await cache.inflated(at, 'all', served)).toString()).toBe('{"a":1}')
})

test('BodyCache decompresses a large text once for concurrent callers', async () => {
  const cache = new BodyCache({ maxBytes: 10_000_000, maxFileBytes: 10_000_000 })
  const text = Buffer.from(JSON.stringify(Array.from({ length: 50_000 }, (_, index) => index)))
  const served = await cache.get(toPlace('t'), toRow('t', await compress(text)), 'all')
  const [first, ...others] = await Promise.all(
    Array.from({ length: 10 }, async () => cache.inflated(at, 'all', served)),
  )
  expect(first).toEqual(text)
  for (const other of others) expect(other).toBe(first)
  expect(cache.held(at, 'all')?.plain).toBe(first)
})

test('BodyCache adds the decompressed text to the cached entry, so that responses with this text can be cached', async () => {
  const cache = new BodyCache({ maxBytes: 1_000_000, maxFileBytes: 1_000_000 })
  const served = await cache.get(toPlace('t'), toRow('t', await compress(Buffer.from('{"a":1}'))), 'all')
  const text = await cache.inflated(at, 'all', served)
  expect(served.plain).toBe(text)
  expect(cache.held(at, 'all')).toBe(served)
})

test('BodyCache counts the bytes of texts and responses, and counts a text inside a cached response only once', async () => {
  const cache = new BodyCache({ maxBytes: 1_000_000, maxFileBytes: 1_000_000 })
  const body = await compress(Buffer.alloc(5_000, 'text'))
  const served = await cache.get(toPlace('t'), toRow('t', body), 'all')
  const overhead = cache.bytes - body.compressed.length
  await cache.inflated(at, 'all', served)
  expect(cache.bytes).toBe(overhead + body.compressed.length + 5_000)
  const response = Buffer.concat([Buffer.from('before'), served.plain ?? Buffer.of(), Buffer.from('after')])
  const plain = response.subarray(6, 5_006)
  cache.addResponses(at, 'all', served, { plain, bytes: 11 })
  expect(cache.bytes).toBe(overhead + body.compressed.length + 5_011)
  expect(cache.held(at, 'all')?.plain).toBe(plain)
})

test('BodyCache does not cache responses that contain a replaced text', async () => {
  const cache = new BodyCache({ maxBytes: 1_000_000, maxFileBytes: 1_000_000 })
  const old = await cache.get(toPlace('t'), toRow('t', await compress(Buffer.from('old'))), 'all')
  cache.add(at, 's3://lake/t/metadata/00001.json', Buffer.from('new'), null)
  const { bytes } = cache
  cache.addResponses(at, 'all', old, { plain: Buffer.from('old'), bytes: 100_000 })
  expect(cache.bytes).toBe(bytes)
  expect(cache.held(at, 'all')?.plain?.toString()).toBe('new')
})

test('BodyCache evicts the least recently used entries when responses grow, and keeps its size limit', async () => {
  const cache = new BodyCache({ maxBytes: 20_000, maxFileBytes: 1_000_000 })
  const results: ServedBody[] = []
  for (const name of ['a', 'b', 'c'])
    results.push(await cache.get(toPlace(name), toRow(name, await compress(Buffer.from(name))), 'all'))
  const [, , last] = results
  if (last === undefined) throw new Error('The cache returned no text.')
  cache.addResponses(toPlace('c'), 'all', last, { bytes: 17_000 })
  expect(cache.bytes).toBeLessThanOrEqual(20_000)
  expect(cache.held(toPlace('a'), 'all')).toBeNull()
  expect(cache.held(toPlace('c'), 'all')).toBe(last)
})
