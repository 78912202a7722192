import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { masterKeyFrom, parseMasterKey } from './master-key.ts'
import { isSealedBy, openWithMaster, resealed, sealWithMaster } from './master-seal.ts'
import { seal } from './seal.ts'

const old = masterKeyFrom(randomBytes(32))
const young = masterKeyFrom(randomBytes(32), old)
const alone = masterKeyFrom(young.key.export())
const secret = Buffer.from('a secret')

describe('a secret that the master key sealed', () => {
  it('a secret that the master key sealed opens with the master key, and only with the context for which it was sealed', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.string(), fc.string(), (plain, context, other) => {
        const sealed = sealWithMaster(young, context, plain)
        expect(openWithMaster(alone, context, sealed)).toEqual(Buffer.from(plain))
        expect(openWithMaster(old, context, sealed)).toBeNull()
        if (other !== context) expect(openWithMaster(young, other, sealed)).toBeNull()
      }),
    )
  })

  it('a secret that the master key sealed does not open if a single bit was changed', () => {
    const sealed = sealWithMaster(young, 'here', secret)
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Buffer.from(sealed)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(openWithMaster(young, 'here', changed)).toBeNull()
    }
  })

  it('a secret that the master key sealed opens with the previous master key during a rotation, and without it after resealing', () => {
    const before = sealWithMaster(old, 'here', secret)
    expect(openWithMaster(young, 'here', before)).toEqual(secret)
    expect(openWithMaster(alone, 'here', before)).toBeNull()
    const after = resealed(young, 'here', before)
    expect(after && openWithMaster(alone, 'here', after)).toEqual(secret)
    expect([isSealedBy(young, before), after && isSealedBy(young, after)]).toEqual([false, true])
    expect(resealed(alone, 'here', before)).toBeNull()
    expect(resealed(young, 'elsewhere', before)).toBeNull()
  })

  it('a secret that the master key sealed opens if an earlier release sealed it without the fingerprint of the master key', () => {
    const before = seal(old.key, 'here', secret)
    expect(openWithMaster(old, 'here', before)).toEqual(secret)
    expect(openWithMaster(young, 'here', before)).toEqual(secret)
    expect(openWithMaster(alone, 'here', before)).toBeNull()
    expect(isSealedBy(old, before)).toBe(false)
    const after = resealed(young, 'here', before)
    expect(after && openWithMaster(alone, 'here', after)).toEqual(secret)
  })

  it('a sealed secret that is too short cannot be opened', () => {
    for (const length of [0, 1, 8, 9, 20])
      expect(openWithMaster(young, 'here', Buffer.alloc(length, 2))).toBeNull()
  })
})

it('a previous master key is parsed from the same formats as the current one', () => {
  const [one, two] = [randomBytes(32), randomBytes(32)]
  const master = parseMasterKey(one.toString('hex'), `${two.toString('base64')}\n`)
  expect(master.fingerprint).toBe(masterKeyFrom(one).fingerprint)
  expect(master.previous?.fingerprint).toBe(masterKeyFrom(two).fingerprint)
  expect(parseMasterKey(one.toString('hex')).previous).toBeNull()
  expect(() => parseMasterKey(one.toString('hex'), 'short')).toThrow('32 random bytes')
})
