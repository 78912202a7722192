import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { all, broken, chunks, each, rejects, type Fresh } from './storage-contract-tools.ts'
import { storageConditionContract, storageRangeContract } from './storage-contract-conditions.ts'
import { storageListContract } from './storage-contract-list.ts'
import { storageUploadContract } from './storage-contract-uploads.ts'
import type { Storage } from '../src/storage.ts'

/** Storage implementation under test, with locations for the tests. */
export interface StorageUnderTest {
  readonly storage: Storage
  /** Location with a final `/` that contains no object yet. */
  readonly root: string
  /** Location of the same scheme that is outside the storage. */
  readonly outside: string
  dispose(): Promise<void>
}

/**
 * Defines the tests that every implementation of the interface `Storage` must pass. A test file of each
 * implementation calls this function, with a function that creates the storage.
 */
export function storageContract(name: string, make: () => Promise<StorageUnderTest>): void {
  describe(`storage contract: ${name}`, () => {
    let made: StorageUnderTest | undefined
    const under = (): StorageUnderTest => {
      if (made === undefined) throw new Error('The storage under test was not created')
      return made
    }
    let folders = 0
    const fresh = (): { storage: Storage; at: (rest: string) => string } => {
      const folder = `${under().root}case-${folders++}/`
      return { storage: under().storage, at: (rest) => folder + rest }
    }
    beforeAll(async () => {
      made = await make()
    })
    afterAll(() => made?.dispose())

    objects(fresh)
    storageConditionContract(fresh)
    storageRangeContract(fresh)
    bounds(under, fresh)
    storageListContract(fresh)
    storageUploadContract(fresh)
  })
}

function objects(fresh: Fresh): void {
  it('the storage returns the bytes, size, ETag and time of an object that was written', async () => {
    const { storage, at } = fresh()
    const before = Date.now()
    const { etag } = await storage.put(at('a/b.json'), Buffer.from('{"a":1}'))
    const info = await storage.head(at('a/b.json'))
    expect(info).toMatchObject({ size: 7, etag })
    expect(Math.abs((info?.lastModified ?? 0) - before)).toBeLessThan(5_000)
    expect((await storage.getBytes(at('a/b.json'), { maxBytes: 7 })).toString()).toBe('{"a":1}')
    const got = await storage.get(at('a/b.json'))
    expect(got).toMatchObject({ info: { size: 7, etag }, length: 7 })
    expect((await got.body.toArray()).join('')).toBe('{"a":1}')
  })

  it('the storage replaces an object, with another ETag each time', async () => {
    const { storage, at } = fresh()
    const seen = new Set<string>()
    for (let i = 0; i < 30; i++) seen.add((await storage.put(at('x'), Buffer.from(`version ${i + 10}`))).etag)
    expect(seen.size).toBe(30)
    expect(await storage.getBytes(at('x'), { maxBytes: 100 })).toEqual(Buffer.from('version 39'))
  })

  it('the storage writes objects with the option unreferenced completely, under conditions, and from a stream', async () => {
    const { storage, at } = fresh()
    const options = { unreferenced: true, ifAbsent: true }
    for (const [name, body] of [
      ['new/bytes', Buffer.from('content')],
      ['new/stream', chunks([Buffer.from('con'), Buffer.from('tent')])],
    ] as const) {
      const { etag } = await storage.put(at(name), body, options)
      expect(await storage.head(at(name))).toMatchObject({ size: 7, etag })
      expect((await storage.getBytes(at(name), { maxBytes: 7 })).toString()).toBe('content')
      await rejects(storage.put(at(name), Buffer.from('other'), options), 'precondition-failed')
    }
  })

  it('the storage stores empty objects, from bytes and from a stream', async () => {
    const { storage, at } = fresh()
    await storage.put(at('bytes'), Buffer.alloc(0))
    await storage.put(at('stream'), chunks([]))
    for (const name of ['bytes', 'stream']) {
      expect(await storage.head(at(name))).toMatchObject({ size: 0 })
      const got = await storage.get(at(name))
      expect(got.length).toBe(0)
      expect(await got.body.toArray()).toEqual([])
    }
  })

  it('the storage returns null, no-such-file or an empty list for missing objects', async () => {
    const { storage, at } = fresh()
    expect(await storage.head(at('none/here'))).toBeNull()
    await rejects(storage.get(at('none/here')), 'no-such-file')
    await rejects(storage.getBytes(at('none/here'), { maxBytes: 1 }), 'no-such-file')
    await rejects(storage.copy(at('none/here'), at('to')), 'no-such-file')
    await storage.delete(at('none/here'))
    expect(storage.existsSync?.(at('none/here')) ?? false).toBe(false)
  })

  it('the storage deletes an object, and accepts a second deletion of the object', async () => {
    const { storage, at } = fresh()
    await storage.put(at('deep/er/x'), Buffer.from('1'))
    expect(storage.existsSync?.(at('deep/er/x')) ?? true).toBe(true)
    await storage.delete(at('deep/er/x'))
    await storage.delete(at('deep/er/x'))
    expect(await storage.head(at('deep/er/x'))).toBeNull()
  })

  it(
    'the storage deletes many objects, and names those that it could not delete',
    { timeout: 120_000 },
    async () => {
      const { storage, at } = fresh()
      const names = Array.from({ length: 1_203 }, (_, i) => at(`many/${i}`))
      await each(names, (name) => storage.put(name, Buffer.from('1')))
      const bad = at('many/../x')
      const { failed } = await storage.deleteMany([...names, bad, at('many/never')])
      expect(failed.map(({ location }) => location)).toEqual([bad])
      expect(await all(storage.list(at('many/')))).toEqual([])
    },
  )

  it('the storage copies an object', async () => {
    const { storage, at } = fresh()
    await storage.put(at('from +%20ä'), Buffer.from('content'))
    const { etag } = await storage.copy(at('from +%20ä'), at('deep/to'))
    expect(await storage.head(at('deep/to'))).toMatchObject({ size: 7, etag })
    expect(await storage.head(at('from +%20ä'))).not.toBeNull()
  })

  it('the storage does not decode names: unicode, spaces, percent signs, plus signs, escapes of slashes', async () => {
    const { storage, at } = fresh()
    const names = [
      'ünï/日本/😀',
      'a b/ c',
      'p=%2F%2e%2e%2F/x',
      'p=/x',
      'a%20b',
      'a+b',
      'q\'&=;,$@!*()[]{}<>~^`|"',
      '.hidden',
      'dots..',
    ].map(at)
    for (const name of names) await storage.put(name, Buffer.from(name))
    for (const name of names) expect((await storage.getBytes(name, { maxBytes: 500 })).toString()).toBe(name)
    const listed = (await all(storage.list(at('')))).map(({ location }) => location)
    expect(listed).toEqual(names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))))
  })

  it('the storage reads no more bytes than the caller allows', async () => {
    const { storage, at } = fresh()
    await storage.put(at('x'), Buffer.alloc(1000))
    await rejects(storage.getBytes(at('x'), { maxBytes: 999 }), 'payload-too-large')
  })

  it('the storage streams bodies of known and unknown size in both directions', async () => {
    const { storage, at } = fresh()
    const block = randomBytes(1024 * 1024)
    const body = Array.from({ length: 20 }, () => block)
    await storage.put(at('unknown'), chunks(body))
    await storage.put(at('known'), chunks(body), { size: 20 * block.length })
    for (const name of ['unknown', 'known']) {
      const got = await storage.get(at(name))
      expect(Buffer.concat(await got.body.toArray()).equals(Buffer.concat(body)), name).toBe(true)
    }
  })

  it('the storage writes nothing if a body differs from its declared size', async () => {
    const { storage, at } = fresh()
    for (const size of [5, 7, 0]) {
      await rejects(
        storage.put(at('x'), chunks([Buffer.from('abc'), Buffer.from('def')]), { size }),
        'bad-request',
      )
      await rejects(storage.put(at('x'), Buffer.from('abcdef'), { size }), 'bad-request')
    }
    expect(await all(storage.list(at('')))).toEqual([])
  })

  it('the storage writes nothing if the body fails or the caller aborts within the body', async () => {
    const { storage, at } = fresh()
    await storage.put(at('old'), Buffer.from('old'))
    await expect(storage.put(at('old'), broken(9 * 1024 * 1024))).rejects.toThrow('source broke')
    const stop = new AbortController()
    const silent = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(9 * 1024 * 1024)
      setTimeout(() => stop.abort(new Error('enough')), 20)
      await sleep(60_000, undefined, { ref: false })
    }
    await expect(storage.put(at('old'), silent(), { signal: stop.signal })).rejects.toThrow('enough')
    expect((await all(storage.list(at('')))).map(({ location }) => location)).toEqual([at('old')])
    expect((await storage.getBytes(at('old'), { maxBytes: 10 })).toString()).toBe('old')
  })

  it('the storage does nothing if the signal of the caller was aborted before the call', async () => {
    const { storage, at } = fresh()
    const signal = AbortSignal.abort(new Error('too late'))
    await expect(storage.put(at('x'), Buffer.from('1'), { signal })).rejects.toThrow('too late')
    await expect(storage.get(at('x'), { signal })).rejects.toThrow('too late')
    await expect(storage.head(at('x'), { signal })).rejects.toThrow('too late')
    await expect(storage.delete(at('x'), { signal })).rejects.toThrow('too late')
    await expect(all(storage.list(at(''), { signal }))).rejects.toThrow('too late')
    expect(await storage.head(at('x'))).toBeNull()
  })

  it('the storage ends a read if the caller aborts', async () => {
    const { storage, at } = fresh()
    await storage.put(at('x'), Buffer.alloc(20 * 1024 * 1024))
    const stop = new AbortController()
    const { body } = await storage.get(at('x'), { signal: stop.signal })
    await expect(
      (async () => {
        for await (const _ of body) stop.abort(new Error('enough'))
      })(),
    ).rejects.toThrow()
    expect(body.destroyed).toBe(true)
  })

  it('a reader reads the version of an object that it opened', async () => {
    const { storage, at } = fresh()
    const [first, second] = [Buffer.alloc(300_000, 1), Buffer.alloc(300_000, 2)]
    await storage.put(at('x'), first)
    const { body } = await storage.get(at('x'))
    await storage.put(at('x'), second)
    expect(Buffer.concat(await body.toArray()).equals(first)).toBe(true)
  })

  it('a read returns no mixture of versions while writers replace an object', async () => {
    const { storage, at } = fresh()
    await storage.put(at('x'), version(0))
    const writers = Array.from({ length: 4 }, async (_, w) => {
      for (let i = 0; i < 8; i++) await storage.put(at('x'), version(w * 8 + i))
    })
    const readers = Array.from({ length: 4 }, async () => {
      for (let i = 0; i < 15; i++) {
        const bytes = await storage.getBytes(at('x'), { maxBytes: 100_000 })
        expect(bytes.equals(version(bytes[0] ?? -1))).toBe(true)
      }
    })
    await Promise.all([...writers, ...readers])
  })

  it('the storage keeps the content type if its capabilities include it', async () => {
    const { storage, at } = fresh()
    await storage.put(at('x'), Buffer.from('1'), { contentType: 'application/json' })
    const expected = storage.capabilities.contentType ? 'application/json' : undefined
    expect((await storage.head(at('x')))?.contentType).toBe(expected)
  })

  it('the method check of the storage succeeds', async () => {
    await fresh().storage.check()
  })
}

/** Returns bytes whose length and content depend on `n`, so that a test can recognize each version of an object. */
function version(n: number): Buffer {
  return Buffer.alloc(50_000 + n, n)
}

function bounds(under: () => StorageUnderTest, fresh: Fresh): void {
  it('the storage does not touch locations outside its root', async () => {
    const { storage, outside, root } = under()
    const sibling = `${root.slice(0, -1)}2/x`
    for (const location of [outside, sibling]) {
      await rejects(storage.head(location), 'forbidden')
      await rejects(storage.get(location), 'forbidden')
      await rejects(storage.put(location, Buffer.from('1')), 'forbidden')
      await rejects(storage.delete(location), 'forbidden')
      await rejects(storage.copy(location, `${root}x`), 'forbidden')
      await rejects(storage.copy(`${root}x`, location), 'forbidden')
      await rejects(all(storage.list(location)), 'forbidden')
      await rejects(storage.createUpload(location), 'forbidden')
      expect((await storage.deleteMany([location])).failed).toHaveLength(1)
    }
  })

  it('the storage refuses locations that leave its root or are ambiguous', async () => {
    const { storage, at } = fresh()
    for (const rest of [
      '../x',
      'a/../../x',
      './x',
      'a/./x',
      'a\0b',
      'a\\b',
      'a?b',
      'a#b',
      'a\nb',
      '\ud800',
    ]) {
      await rejects(storage.put(at(rest), Buffer.from('1')), 'bad-request')
      await rejects(storage.get(at(rest)), 'bad-request')
    }
    await rejects(storage.put('gs://bucket/x', Buffer.from('1')), 'bad-request')
  })
}
