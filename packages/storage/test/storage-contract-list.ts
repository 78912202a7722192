import { expect, it } from 'vitest'
import { all, each, rejects, type Fresh } from './storage-contract-tools.ts'
import type { ListEntry, ListOptions, Storage } from '../src/storage.ts'

/** Defines tests for the operation `list`, which every storage implementation must pass. */
export function storageListContract(fresh: Fresh): void {
  it(
    'a list of the storage contains 1,300 objects in byte order, each once, for all page sizes',
    { timeout: 120_000 },
    async () => {
      const { storage, at } = fresh()
      const names = Array.from({ length: 1_300 }, (_, i) => at(`d${i % 7}/${(i * 7919) % 1300}`))
      await each(names, (name) => storage.put(name, Buffer.from('x')))
      const expected = byteOrder(names)
      expect(await locations(storage, at(''))).toEqual(expected)
      expect(await locations(storage, at(''), { pageSize: 333 })).toEqual(expected)
      const middle = expected[600] ?? ''
      expect(await locations(storage, at(''), { startAfter: middle, pageSize: 500 })).toEqual(
        expected.slice(601),
      )
      await storage.deleteMany(names)
    },
  )

  it('a list of the storage is sorted by bytes, with slashes and characters beyond the basic plane', async () => {
    const { storage, at } = fresh()
    const names = ['a/b', 'a-b', 'a.b', 'a0', 'ab/c', 'A', 'ä', '\uffee', '😀', 'a/b-c', 'aa'].map(at)
    for (const name of names) await storage.put(name, Buffer.from('x'))
    expect(await locations(storage, at(''))).toEqual(byteOrder(names))
  })

  it('a list of the storage contains size, ETag and time of each object', async () => {
    const { storage, at } = fresh()
    const { etag } = await storage.put(at('x'), Buffer.from('12345'))
    const [entry] = await all(storage.list(at('')))
    expect(entry).toMatchObject({ type: 'object', location: at('x'), info: { size: 5, etag } })
    const info = await storage.head(at('x'))
    // Stores round the modification time differently in lists and in responses to HEAD, so the two times may differ by
    // up to 2 s.
    const listed = entry?.type === 'object' ? entry.info.lastModified : 0
    expect(Math.abs(listed - (info?.lastModified ?? 0))).toBeLessThan(2_000)
  })

  it('a list of the storage compares its prefix by characters: a final slash excludes siblings', async () => {
    const { storage, at } = fresh()
    for (const name of ['t1/a', 't10/a', 't1', 't'])
      if (name !== 't1') await storage.put(at(name), Buffer.from('x'))
    expect(await locations(storage, at('t1/'))).toEqual([at('t1/a')])
    expect(await locations(storage, at('t1'))).toEqual([at('t1/a'), at('t10/a')])
    expect(await locations(storage, at('t'))).toEqual([at('t'), at('t1/a'), at('t10/a')])
    expect(await locations(storage, at('none/'))).toEqual([])
    expect(await locations(storage, at('t/'))).toEqual([])
  })

  it('a list of the storage combines keys below the delimiter', async () => {
    const { storage, at } = fresh()
    for (const name of ['a/1', 'a/2/3', 'b', 'b-/x', 'c/d/e', 'z'])
      await storage.put(at(name), Buffer.from('x'))
    const top = ['a/', 'b', 'b-/', 'c/', 'z'].map(at)
    expect(await locations(storage, at(''), { delimiter: '/' })).toEqual(top)
    expect(await locations(storage, at(''), { delimiter: '/', pageSize: 1 })).toEqual(top)
    expect(await locations(storage, at('a/'), { delimiter: '/' })).toEqual([at('a/1'), at('a/2/')])
    expect(await locations(storage, at('b'), { delimiter: '/' })).toEqual([at('b'), at('b-/')])
    expect(await locations(storage, at('a'), { delimiter: '/' })).toEqual([at('a/')])
    const kinds = (await all(storage.list(at(''), { delimiter: '/' }))).map(({ type }) => type)
    expect(kinds).toEqual(['prefix', 'object', 'prefix', 'prefix', 'object'])
    for (const [i, startAfter] of top.entries()) {
      expect(await locations(storage, at(''), { delimiter: '/', startAfter }), startAfter).toEqual(
        top.slice(i + 1),
      )
    }
  })

  it('a list of the storage continues after a location that does not exist', async () => {
    const { storage, at } = fresh()
    for (const name of ['a/1', 'a/3', 'b/1']) await storage.put(at(name), Buffer.from('x'))
    expect(await locations(storage, at(''), { startAfter: at('a/2') })).toEqual([at('a/3'), at('b/1')])
    expect(await locations(storage, at(''), { startAfter: at('a0') })).toEqual([at('b/1')])
    expect(await locations(storage, at('a/'), { startAfter: at('A') })).toEqual([at('a/1'), at('a/3')])
    expect(await locations(storage, at('a/'), { startAfter: at('b') })).toEqual([])
  })

  it('a list of the storage does not contain folders of deleted objects', async () => {
    const { storage, at } = fresh()
    await storage.put(at('a/b/c'), Buffer.from('x'))
    await storage.put(at('a/d'), Buffer.from('x'))
    await storage.delete(at('a/b/c'))
    expect(await locations(storage, at('a/'), { delimiter: '/' })).toEqual([at('a/d')])
  })

  it('the caller can stop reading a list of the storage early, and page sizes out of bounds are refused', async () => {
    const { storage, at } = fresh()
    for (const name of ['a', 'b', 'c']) await storage.put(at(name), Buffer.from('x'))
    for await (const entry of storage.list(at(''), { pageSize: 1 })) {
      expect(entry.location).toBe(at('a'))
      break
    }
    await rejects(all(storage.list(at(''), { pageSize: 0 })), 'bad-request')
    await rejects(all(storage.list(at(''), { pageSize: 1001 })), 'bad-request')
  })
}

async function locations(storage: Storage, prefix: string, options: ListOptions = {}): Promise<string[]> {
  const entries: ListEntry[] = await all(storage.list(prefix, options))
  return entries.map(({ location }) => location)
}

function byteOrder(names: readonly string[]): string[] {
  return names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
}
