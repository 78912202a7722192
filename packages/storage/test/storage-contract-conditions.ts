import { expect, it } from 'vitest'
import { code, rejects, type Fresh } from './storage-contract-tools.ts'
import type { Storage } from '../src/storage.ts'

/**
 * Defines tests for the conditions of writes (`ifAbsent`, `ifMatch`), which every storage implementation must pass.
 */
export function storageConditionContract(fresh: Fresh): void {
  it('only one of 16 concurrent writers with ifAbsent succeeds, and the storage contains its bytes', async () => {
    const { storage, at } = fresh()
    expect(storage.capabilities.conditionalPut).toBe(true)
    for (let round = 0; round < 5; round++) {
      const ends = await Promise.allSettled(
        Array.from({ length: 16 }, (_, i) =>
          storage.put(at(`r${round}`), Buffer.from(`writer ${i}`), { ifAbsent: true }),
        ),
      )
      const winners = ends.flatMap((end, i) => (end.status === 'fulfilled' ? [i] : []))
      expect(winners).toHaveLength(1)
      for (const end of ends)
        if (end.status === 'rejected') expect(code(end.reason)).toBe('precondition-failed')
      const bytes = await storage.getBytes(at(`r${round}`), { maxBytes: 100 })
      expect(bytes.toString()).toBe(`writer ${winners[0]}`)
    }
  })

  it('a put with ifMatch replaces an object only if the object has the expected ETag', async () => {
    const { storage, at } = fresh()
    if (storage.capabilities.ifMatch === false) return
    const { etag: first } = await storage.put(at('x'), Buffer.from('1'))
    const { etag: second } = await storage.put(at('x'), Buffer.from('2'), { ifMatch: first })
    await rejects(storage.put(at('x'), Buffer.from('3'), { ifMatch: first }), 'precondition-failed')
    expect(await storage.head(at('x'))).toMatchObject({ etag: second })
    const ends = await Promise.allSettled(
      Array.from({ length: 8 }, (_, i) => storage.put(at('x'), Buffer.from(`w${i}`), { ifMatch: second })),
    )
    expect(ends.filter((end) => end.status === 'fulfilled')).toHaveLength(1)
  })

  it('a put with ifMatch writes nothing if the object no longer exists', async () => {
    const { storage, at } = fresh()
    const { etag } = await storage.put(at('x'), Buffer.from('1'))
    await storage.delete(at('x'))
    await rejects(storage.put(at('x'), Buffer.from('2'), { ifMatch: etag }), 'precondition-failed')
    expect(await storage.head(at('x'))).toBeNull()
  })

  it('a get checks the conditions of its options', async () => {
    const { storage, at } = fresh()
    const { etag } = await storage.put(at('x'), Buffer.from('1'))
    for (const options of [{ ifMatch: etag }, { ifNoneMatch: 'other' }]) {
      expect((await (await storage.get(at('x'), options)).body.toArray()).join('')).toBe('1')
    }
    await rejects(storage.get(at('x'), { ifMatch: 'other' }), 'precondition-failed')
    await rejects(storage.get(at('x'), { ifNoneMatch: etag }), 'precondition-failed')
  })

  it('the storage refuses two conditions in one call', async () => {
    const { storage, at } = fresh()
    await rejects(storage.put(at('x'), Buffer.from('1'), { ifAbsent: true, ifMatch: 'a' }), 'bad-request')
  })
}

/** Defines tests for reads of byte ranges, which every storage implementation must pass. */
export function storageRangeContract(fresh: Fresh): void {
  it('the storage returns closed, open and suffix ranges, and cuts a range at the end of the object', async () => {
    const { storage, at } = fresh()
    await storage.put(at('x'), Buffer.from('0123456789'))
    const read = async (range: Parameters<Storage['get']>[1]): Promise<unknown> => {
      const got = await storage.get(at('x'), range)
      expect(got.info.size).toBe(10)
      const text = (await got.body.toArray()).join('')
      expect(text).toHaveLength(got.length)
      return { text, ...got.range }
    }
    expect(await read({ range: { start: 2, end: 4 } })).toEqual({ text: '234', start: 2, end: 4 })
    expect(await read({ range: { start: 0, end: 0 } })).toEqual({ text: '0', start: 0, end: 0 })
    expect(await read({ range: { start: 7 } })).toEqual({ text: '789', start: 7, end: 9 })
    expect(await read({ range: { start: 8, end: 99 } })).toEqual({ text: '89', start: 8, end: 9 })
    expect(await read({ range: { suffix: 3 } })).toEqual({ text: '789', start: 7, end: 9 })
    expect(await read({ range: { suffix: 99 } })).toEqual({ text: '0123456789', start: 0, end: 9 })
  })

  it('the storage refuses ranges beyond the end of the object, and malformed ranges', async () => {
    const { storage, at } = fresh()
    await storage.put(at('x'), Buffer.from('0123456789'))
    await storage.put(at('empty'), Buffer.alloc(0))
    await rejects(storage.get(at('x'), { range: { start: 10 } }), 'invalid-range')
    await rejects(storage.get(at('empty'), { range: { start: 0 } }), 'invalid-range')
    await rejects(storage.get(at('x'), { range: { start: 5, end: 4 } }), 'bad-request')
    await rejects(storage.get(at('x'), { range: { start: 0.5 } }), 'bad-request')
  })
}
