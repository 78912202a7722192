import { beforeEach, describe, expect, test } from 'vitest'
import { SnapshotCache } from './snapshot-cache.ts'
import type { RowFields } from './sql.ts'

/** Simulated database with one value. Each change of the value also changes the snapshot of the database. */
class Database {
  value = 0
  snapshot: string | null = 'snapshot 0'
  reads = 0
  snapshotReads = 0

  change(value: number): void {
    this.value = value
    this.snapshot = `snapshot ${value}`
  }

  /** Returns a row of the value and a text of this length. */
  readonly read = (length = 10): Promise<RowFields> => {
    this.reads += 1
    return Promise.resolve([String(this.value), 'x'.repeat(length)])
  }
}

let database: Database
let cache: SnapshotCache
beforeEach(() => {
  database = new Database()
  cache = new SnapshotCache(() => {
    database.snapshotReads += 1
    return Promise.resolve(database.snapshot)
  })
})

const decode = (row: RowFields | null): number => Number(row?.[0])
const read = (key = 'a'): Promise<number> => cache.read(key, () => database.read(), decode)

describe('SnapshotCache', () => {
  test('returns a cached result while the database has the snapshot that was known before the read', async () => {
    // Before the first read, the cache knows no snapshot of the database, so it reads the value twice: the second read
    // also finds out the snapshot. The other reads use the cache.
    for (let n = 0; n < 10; n += 1) expect(await read()).toBe(0)
    expect(database.reads).toBe(2)
  })

  test('reads again after the database changed', async () => {
    for (let value = 1; value < 10; value += 1) {
      database.change(value)
      for (let n = 0; n < 5; n += 1) expect(await read()).toBe(value)
    }
  })

  test('reads the snapshot only for keys whose result may be current', async () => {
    for (const key of ['a', 'b', 'c']) await read(key)
    expect(database.snapshotReads).toBe(0)
    await read('a')
    expect(database.snapshotReads).toBe(1)
    // The results of b and c were read when the cache knew no snapshot, so they are read again without a query of the
    // snapshot.
    await read('b')
    await read('c')
    expect(database.snapshotReads).toBe(1)
  })

  test('does not return a result that a change made outdated while it was read', async () => {
    await read()
    await read()
    database.change(1)
    const readSlowly = async (): Promise<RowFields> => {
      const row = await database.read()
      database.change(2)
      return row
    }
    const slow = cache.read('b', readSlowly, decode)
    expect(await slow).toBe(1)
    expect(await read('a')).toBe(2)
    expect(await read('b')).toBe(2)
    expect(await read('b')).toBe(2)
  })

  test('returns no cached result while no snapshot can be read', async () => {
    database.snapshot = null
    for (let value = 1; value < 5; value += 1) {
      database.value = value
      expect(await read()).toBe(value)
    }
  })

  test('caches neither errors nor large values', async () => {
    const failing = cache.read('a', () => Promise.reject(new Error('no connection')), decode)
    await expect(failing).rejects.toThrow('no connection')
    for (let n = 0; n < 5; n += 1) await cache.read('a', () => database.read(1_000_000), decode)
    expect(database.reads).toBe(5)
  })

  test('returns no value that was read before clear', async () => {
    for (let n = 0; n < 3; n += 1) await read()
    cache.clear()
    database.value = 7
    expect(await read()).toBe(7)
  })
})
