import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readKeys } from '../store/key-ring.ts'
import { statement } from '../store/sql.ts'
import { testStore, type TestStore } from '../../test/store/database.ts'
import { KeyRing, type KeyRingOptions } from './key-ring.ts'
import { masterKeyFrom } from './master-key.ts'
import { createPageTokens } from './page-tokens.ts'
import { keyPurposes } from './ring-key.ts'
import { addKey, dropRetired, promoteKey, revokeKey } from './rotate.ts'

let store: TestStore
const master = masterKeyFrom(randomBytes(32))

beforeAll(async () => {
  store = await testStore()
})
afterAll(() => store[Symbol.asyncDispose]())
beforeEach(() => store.sql.run(statement('test-no-keys', 'delete from key_ring')))

const openRing = (options: Partial<KeyRingOptions> = {}): Promise<KeyRing> =>
  KeyRing.open({ sql: store.sql, master, ...options })

describe('the first start', () => {
  test('the first start creates one active key for each purpose, and encrypts it with the master key', async () => {
    await using ring = await openRing()
    expect(
      ring
        .list()
        .map(({ purpose, state }) => `${purpose} ${state}`)
        .toSorted(),
    ).toEqual(keyPurposes.map((purpose) => `${purpose} active`).toSorted())
    const jwk = ring.signing('session-token').privateKey.export({ format: 'jwk' })
    for (const row of await readKeys(store.sql)) {
      expect(Buffer.from(row.sealed).includes(Buffer.from(String(jwk.d), 'base64url'))).toBe(false)
      expect(JSON.stringify(row.public_jwk)).not.toContain('"d"')
    }
  })

  test('the first start creates no second key for a purpose, even if many replicas start at the same moment', async () => {
    // Opens the connections first. Otherwise the replicas would start one after another, because connecting is slow.
    const warm = statement('test-warm', 'select pg_sleep(0.1)')
    await Promise.all(Array.from({ length: 8 }, () => store.sql.run(warm)))
    const rings = await Promise.all(Array.from({ length: 8 }, () => openRing()))
    expect(new Set(rings.map((ring) => ring.signing('session-token').id)).size).toBe(1)
    expect(await readKeys(store.sql)).toHaveLength(keyPurposes.length)
    await Promise.all(rings.map((ring) => ring[Symbol.asyncDispose]()))
  })

  test('the first start fails with the wrong master key, names the problem, and changes no key', async () => {
    await (await openRing())[Symbol.asyncDispose]()
    await expect(openRing({ master: masterKeyFrom(randomBytes(32)) })).rejects.toThrow(
      /master key .* does not open/,
    )
    expect(await readKeys(store.sql)).toHaveLength(keyPurposes.length)
  })
})

describe('a rotation', () => {
  test('a key rotation signs with the new key only after its promotion, and the old key still verifies signatures', async () => {
    await using ring = await openRing()
    const before = ring.signing('session-token').id
    const id = await addKey(store.sql, master, 'session-token')
    await ring.reload()
    expect(ring.signing('session-token').id).toBe(before)
    expect(ring.verifying('session-token', id)?.state).toBe('added')
    await promoteKey(store.sql, id, 0)
    await ring.reload()
    expect(ring.signing('session-token').id).toBe(id)
    expect(ring.verifying('session-token', before)?.state).toBe('retired')
  })

  test('a key rotation refuses to promote a key that other replicas may not have loaded yet', async () => {
    const id = await addKey(store.sql, master, 'session-token')
    await expect(promoteKey(store.sql, id, 60_000)).rejects.toThrow(/too young/)
    await expect(promoteKey(store.sql, 'nothing', 0)).rejects.toThrow(/The key ring contains no key nothing/)
  })

  test('a key rotation deletes retired keys when they are old enough, and never the active key', async () => {
    await using ring = await openRing()
    const before = ring.signing('session-token').id
    await promoteKey(store.sql, await addKey(store.sql, master, 'session-token'), 0)
    expect(await dropRetired(store.sql, 60_000)).toEqual([])
    expect(await dropRetired(store.sql, 0)).toEqual([before])
    await ring.reload()
    expect(ring.verifying('session-token', before)).toBeUndefined()
    await expect(revokeKey(store.sql, ring.signing('session-token').id)).rejects.toThrow(/active/)
  })

  test('a notification makes other replicas load the new key and change the generation of their key ring', async () => {
    await using ring = await openRing({ maxAgeMs: 3_600_000 })
    const { generation } = ring
    const id = await addKey(store.sql, master, 'page-token')
    await expect.poll(() => ring.opening('page-token', id)?.state).toBe('added')
    expect(ring.generation).toBeGreaterThan(generation)
  })

  test('other replicas load the new key after the maximum age if the notification is lost', async () => {
    await using ring = await openRing({ maxAgeMs: 20 })
    const silent = statement(
      'test-silent-retire',
      `update key_ring set state = 'retired' where purpose = 'page-token'`,
    )
    await store.sql.run(silent)
    const sealing = async (): Promise<unknown> =>
      await Promise.try(() => ring.sealing('page-token')).catch(String)
    await expect.poll(sealing).toMatch(/no active key/)
  })
})

test('an encrypted key of the key ring does not open if its database row has another purpose or id', async () => {
  await (await openRing())[Symbol.asyncDispose]()
  await store.sql.run(
    statement('test-move-key', `update key_ring set id = 'elsewhere' where purpose = 'page-token'`),
  )
  await expect(openRing()).rejects.toThrow(/does not open key elsewhere/)
})

test('the server does not trust the public key in the database, and derives it from the private key', async () => {
  await using ring = await openRing()
  const honest = ring.signing('session-token').publicKey.export({ format: 'jwk' })
  await store.sql.run(
    statement(
      'test-forge-key',
      `update key_ring set public_jwk = '{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}'`,
    ),
  )
  await ring.reload()
  expect(ring.signing('session-token').publicKey.export({ format: 'jwk' })).toEqual(honest)
})

test('many tokens with unknown key ids cause only few reloads of the key ring', async () => {
  await using ring = await openRing({ unknownKeyCooldownMs: 60_000 })
  const results = await Promise.all(Array.from({ length: 50 }, () => ring.reloadForUnknownKey()))
  expect(results.filter(Boolean)).toHaveLength(1)
})

describe('page tokens', () => {
  test('a page token is valid for its own list, on every replica, and after a rotation', async () => {
    await using ring = await openRing()
    await using other = await openRing()
    const token = createPageTokens(ring).seal('tables of x', ['größe', 'b'])
    await promoteKey(store.sql, await addKey(store.sql, master, 'page-token'), 0)
    await other.reload()
    expect(createPageTokens(other).open('tables of x', token)).toEqual(['größe', 'b'])
  })

  test('a page token is refused with 400 if it is for another list, modified or invented, and the content of page tokens is encrypted', async () => {
    await using ring = await openRing()
    const tokens = createPageTokens(ring)
    const token = tokens.seal('tables of x', ['hidden-name'])
    expect(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('latin1')).not.toContain('hidden')
    for (const bad of [
      token.slice(0, -2),
      `${token.slice(0, -4)}AAAA`,
      '',
      'a',
      '.',
      'a.b',
      'x'.repeat(10_000),
      `x${token}`,
    ]) {
      expect(() => tokens.open('tables of x', bad)).toThrow(/page token/)
    }
    expect(() => tokens.open('tables of y', token)).toThrow(/page token/)
  })
})
