import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testStore, type TestStore } from '../../../test/store/database.ts'
import { masterKeyFrom } from '../../keys/master-key.ts'
import { deleteAccessKey, insertAccessKey } from '../../store/access-keys.ts'
import { insertPrincipal, ownIssuer } from '../../store/principals.ts'
import type { Queryable } from '../../store/sql.ts'
import { type AccessKey, generateAccessKey, isAccessKeyId } from './access-key.ts'
import { AccessKeys, type AccessKeysOptions } from './access-keys.ts'
import { openSecret, resealAccessKeys, sealSecret } from './sealed-secret.ts'

const master = masterKeyFrom(randomBytes(32))
let store: TestStore
let queries = 0
let sql: Queryable
beforeAll(async () => {
  store = await testStore()
  sql = {
    afterCommit: store.sql.afterCommit,
    run: (...query) => {
      queries += 1
      return store.sql.run(...query)
    },
  }
})
afterAll(() => store[Symbol.asyncDispose]())

async function principal(): Promise<string> {
  const id = randomUUID()
  await insertPrincipal(store.sql, { id, issuer: ownIssuer, subject: id, name: id, kind: 'service' })
  return id
}

async function insert(principalId: string, key: AccessKey): Promise<boolean> {
  const ids = { id: key.accessKeyId, principalId }
  const sealed = sealSecret(master, ids, key.secretAccessKey)
  return (await insertAccessKey(store.sql, { ...ids, sealed })) !== null
}

function open(options: Partial<AccessKeysOptions> = {}): AccessKeys {
  return new AccessKeys({ sql, master, mark: () => store, ...options })
}

describe('An access key', () => {
  test('an access key has an id with a prefix and 100 random bits, and a secret with 256 random bits', () => {
    const made = Array.from({ length: 100 }, generateAccessKey)
    expect(new Set(made.map(({ accessKeyId }) => accessKeyId)).size).toBe(100)
    for (const { accessKeyId, secretAccessKey } of made) {
      expect(accessKeyId).toMatch(/^HGAK[A-Z2-7]{20}$/)
      expect(isAccessKeyId(accessKeyId)).toBe(true)
      expect(Buffer.from(secretAccessKey, 'base64url')).toHaveLength(32)
    }
    // This is the id of a storage credential, which is not an access key of a principal.
    expect(isAccessKeyId(`HGAK${'A'.repeat(16)}`)).toBe(false)
  })

  test('the database contains at most two access keys of a principal', async () => {
    const [id, key] = [await principal(), generateAccessKey()]
    expect(await insert(id, key)).toBe(true)
    expect(await insert(id, generateAccessKey())).toBe(true)
    expect(await insert(id, generateAccessKey())).toBe(false)
    expect(await deleteAccessKey(store.sql, await principal(), key.accessKeyId)).toBe(false)
    expect(await deleteAccessKey(store.sql, id, key.accessKeyId)).toBe(true)
    expect(await insert(id, generateAccessKey())).toBe(true)
  })

  test('openSecret decrypts a secret only for its access key and its principal', () => {
    const ids = { id: generateAccessKey().accessKeyId, principalId: randomUUID() }
    const sealed = sealSecret(master, ids, 'secret')
    expect(openSecret(master, { ...ids, sealed })).toBe('secret')
    for (const other of [{ id: generateAccessKey().accessKeyId }, { principalId: randomUUID() }])
      expect(() => openSecret(master, { ...ids, ...other, sealed })).toThrow('cannot decrypt the access key')
    expect(() => openSecret(masterKeyFrom(randomBytes(32)), { ...ids, sealed })).toThrow('fingerprint')
  })

  test('resealAccessKeys makes the previous master key unnecessary', async () => {
    const [id, key] = [await principal(), generateAccessKey()]
    await insert(id, key)
    const young = masterKeyFrom(randomBytes(32), master)
    const { done, before, unreadable } = await resealAccessKeys(store.sql, young)
    expect({ done: done > 0, before, unreadable }).toEqual({ done: true, before: 0, unreadable: [] })
    expect(await resealAccessKeys(store.sql, young)).toEqual({ done: 0, before: done, unreadable: [] })
    const alone = open({ master: masterKeyFrom(young.key.export()) })
    expect(await alone.find(key.accessKeyId)).toMatchObject({ secret: key.secretAccessKey })
    await expect(open().find(key.accessKeyId)).rejects.toThrow('cannot decrypt the access key')
    await resealAccessKeys(store.sql, masterKeyFrom(master.key.export(), young))
  })
})

describe('AccessKeys', () => {
  test('AccessKeys returns a cached access key without a query, until a change notification arrives or 30 seconds have passed', async () => {
    const [id, key] = [await principal(), generateAccessKey()]
    await insert(id, key)
    let [mark, now] = [{}, 0]
    const keys = open({ mark: () => mark, now: () => now })
    const find = async (): Promise<number> => {
      const before = queries
      expect(await keys.find(key.accessKeyId)).toMatchObject({
        secret: key.secretAccessKey,
        identity: { principal: { id }, method: 'access-key', provenByKey: key.accessKeyId, actors: [] },
      })
      return queries - before
    }
    expect([await find(), await find()]).toEqual([1, 0])
    expect(keys.find(key.accessKeyId)).not.toBeInstanceOf(Promise)
    mark = {}
    expect([await find(), await find()]).toEqual([1, 0])
    now += 30_000
    expect([await find(), await find()]).toEqual([1, 0])
    await deleteAccessKey(store.sql, id, key.accessKeyId)
    mark = {}
    expect(await keys.find(key.accessKeyId)).toBeNull()
  })

  test('AccessKeys queries an unknown access key once, and never queries a text that cannot be an access key id', async () => {
    const keys = open()
    const before = queries
    const { accessKeyId } = generateAccessKey()
    for (let times = 0; times < 3; times += 1) expect(await keys.find(accessKeyId)).toBeNull()
    expect(queries - before).toBe(1)
    for (const id of ['', 'AKIAIOSFODNN7EXAMPLE', `${accessKeyId}A`, accessKeyId.toLowerCase()])
      expect(await keys.find(id)).toBeNull()
    expect(queries - before).toBe(1)
  })

  test('AccessKeys shares one query among concurrent requests with the same access key', async () => {
    const { accessKeyId } = generateAccessKey()
    const keys = open()
    const before = queries
    await Promise.all(Array.from({ length: 10 }, async () => keys.find(accessKeyId)))
    expect(queries - before).toBe(1)
  })
})
