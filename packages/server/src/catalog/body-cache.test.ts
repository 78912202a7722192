import { expect, test } from 'vitest'
import { testWarehouse } from '../credentials/vendors/test-requests.ts'
import type { PackedBody, RelationRow } from '../store/relations.ts'
import { BodyCache, isHeld, type ServedBody } from './body-cache.ts'
import { pack } from './packed-body.ts'

const warehouse = testWarehouse({ mode: 'none' }, { bucket: 'lake', endpoint: 'http://127.0.0.1:9' }, null)
const placeOf = (
  name: string,
): { warehouse: typeof warehouse; identifier: { namespace: string[]; name: string } } => ({
  warehouse,
  identifier: { namespace: ['a'], name },
})
const at = placeOf('t')

function rowOf(name: string, body: PackedBody): RelationRow {
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
    protected: false,
    prefixes: '',
    notBefore: 0,
    body,
  }
}

/** Loads a text twice: then it is held. */
async function loaded(cache: BodyCache, name: string, body: PackedBody): Promise<ServedBody> {
  await cache.get(placeOf(name), rowOf(name, body), 'all')
  return cache.get(placeOf(name), rowOf(name, body), 'all')
}

test('what is loaded once is not kept, what is loaded again is, and a newer text in its place at once', async () => {
  const cache = new BodyCache({ maxBytes: 1_000_000, maxFileBytes: 1_000_000 })
  const row = rowOf('t', await pack(Buffer.from('{"a":1}')))
  const once = await cache.get(at, row, 'all')
  expect([isHeld(once), cache.held(at, 'all'), cache.bytes]).toEqual([false, null, 0])
  expect((await cache.inflated(at, 'all', once)).toString()).toBe('{"a":1}')
  expect(cache.bytes).toBe(0)
  const again = await cache.get(at, row, 'all')
  expect([isHeld(again), cache.held(at, 'all')]).toEqual([true, again])
  const newer = { ...row, metadataLocation: 's3://lake/t/metadata/00001.json' }
  const moved = await cache.get(at, newer, 'all')
  expect(cache.held(at, 'all')).toBe(moved)
})

test('those who were given one row at the same time are given one text, which is inflated once', async () => {
  const cache = new BodyCache({ maxBytes: 1_000_000, maxFileBytes: 1_000_000 })
  const row = rowOf('t', await pack(Buffer.from('{"a":1}')))
  await cache.get(at, row, 'all')
  const place = { ...at, held: null }
  const given = await Promise.all([1, 2, 3].map(async () => cache.get(place, row, 'all')))
  const texts = await Promise.all(given.map(async (served) => cache.inflated(place, 'all', served)))
  expect([new Set(given).size, new Set(texts).size]).toEqual([1, 1])
})

test('a text is not shared between relations whose metadata files have the same location', async () => {
  const cache = new BodyCache({ maxBytes: 10_000_000, maxFileBytes: 10_000_000 })
  const texts = ['a', 'b'].map((letter) => Buffer.from(JSON.stringify(letter.repeat(200_000))))
  const rows = await Promise.all(
    texts.map(async (text, index) => ({
      ...rowOf(`t${index}`, await pack(text)),
      metadataLocation: 's3://lake/v1.metadata.json',
    })),
  )
  const plain = await Promise.all(rows.map((row) => cache.plain(placeOf(row.id), row, 'all')))
  expect(plain.map((text) => text.equals(texts[0] ?? text))).toEqual([true, false])
})

test('what has no room in the cache is not held, and is served all the same', async () => {
  const cache = new BodyCache({ maxBytes: 0, maxFileBytes: 1_000_000 })
  const served = await loaded(cache, 't', await pack(Buffer.from('{"a":1}')))
  expect([isHeld(served), cache.held(at, 'all'), cache.bytes]).toEqual([false, null, 0])
  expect((await cache.inflated(at, 'all', served)).toString()).toBe('{"a":1}')
})

test('those who load one body plain at the same time share its inflation', async () => {
  const cache = new BodyCache({ maxBytes: 10_000_000, maxFileBytes: 10_000_000 })
  const text = Buffer.from(JSON.stringify(Array.from({ length: 50_000 }, (_, index) => index)))
  const served = await loaded(cache, 't', await pack(text))
  const [first, ...others] = await Promise.all(
    Array.from({ length: 10 }, async () => cache.inflated(at, 'all', served)),
  )
  expect(first).toEqual(text)
  for (const other of others) expect(other).toBe(first)
  expect(cache.held(at, 'all')?.plain).toBe(first)
})

test('what was inflated stays with what was given before, so that answers made of that are kept', async () => {
  const cache = new BodyCache({ maxBytes: 1_000_000, maxFileBytes: 1_000_000 })
  const served = await loaded(cache, 't', await pack(Buffer.from('{"a":1}')))
  const text = await cache.inflated(at, 'all', served)
  expect(served.plain).toBe(text)
  expect(cache.held(at, 'all')).toBe(served)
})

test('what is held counts for as much as it takes, answers included, and texts within them once', async () => {
  const cache = new BodyCache({ maxBytes: 1_000_000, maxFileBytes: 1_000_000 })
  const body = await pack(Buffer.alloc(5_000, 'text'))
  const served = await loaded(cache, 't', body)
  const beside = cache.bytes - body.packed.length
  await cache.inflated(at, 'all', served)
  expect(cache.bytes).toBe(beside + body.packed.length + 5_000)
  const answer = Buffer.concat([Buffer.from('before'), served.plain ?? Buffer.of(), Buffer.from('after')])
  const plain = answer.subarray(6, 5_006)
  cache.answered(at, 'all', served, { plain, bytes: 11 })
  expect(cache.bytes).toBe(beside + body.packed.length + 5_011)
  expect(cache.held(at, 'all')?.plain).toBe(plain)
})

test('answers made of a text that is not held any more change nothing', async () => {
  const cache = new BodyCache({ maxBytes: 1_000_000, maxFileBytes: 1_000_000 })
  const old = await loaded(cache, 't', await pack(Buffer.from('old')))
  cache.add(at, 's3://lake/t/metadata/00001.json', Buffer.from('new'), null)
  const { bytes } = cache
  cache.answered(at, 'all', old, { plain: Buffer.from('old'), bytes: 100_000 })
  expect(cache.bytes).toBe(bytes)
  expect(cache.held(at, 'all')?.plain?.toString()).toBe('new')
})

test('answers that grow push out what was asked for longest ago, and the bound holds', async () => {
  const cache = new BodyCache({ maxBytes: 20_000, maxFileBytes: 1_000_000 })
  const given: ServedBody[] = []
  for (const name of ['a', 'b', 'c']) given.push(await loaded(cache, name, await pack(Buffer.from(name))))
  const [, , last] = given
  if (last === undefined) throw new Error('nothing was given')
  cache.answered(placeOf('c'), 'all', last, { bytes: 17_000 })
  expect(cache.bytes).toBeLessThanOrEqual(20_000)
  expect(cache.held(placeOf('a'), 'all')).toBeNull()
  expect(cache.held(placeOf('c'), 'all')).toBe(last)
})
