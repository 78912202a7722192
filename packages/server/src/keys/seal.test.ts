import { createSecretKey, randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { masterKeyFrom, parseMasterKey } from './master-key.ts'
import { open, seal } from './seal.ts'

const key = createSecretKey(randomBytes(32))

test('sealed content opens with the same key and context, for all contents', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), (plain, context) => {
      expect(open(key, context, seal(key, context, plain))?.equals(plain)).toBe(true)
    }),
  )
})

test('sealed content does not open with another key or context, or if a byte is changed or missing', () => {
  const sealed = seal(key, 'here', Buffer.from('a secret'))
  expect(open(createSecretKey(randomBytes(32)), 'here', sealed)).toBeNull()
  expect(open(key, 'there', sealed)).toBeNull()
  for (let at = 0; at < sealed.length; at += 1) {
    const changed = Buffer.from(sealed)
    changed[at] = (changed[at] ?? 0) ^ 1
    expect(open(key, 'here', changed)).toBeNull()
    expect(open(key, 'here', sealed.subarray(0, at))).toBeNull()
  }
})

test('sealing the same content twice returns different bytes, which do not contain the content', () => {
  const plain = Buffer.from('a secret that is easy to find')
  const [one, other] = [seal(key, 'here', plain), seal(key, 'here', plain)]
  expect(one.equals(other)).toBe(false)
  expect(one.includes(plain)).toBe(false)
})

test('a master key is parsed from 32 bytes in base64, base64url or hex', () => {
  const bytes = randomBytes(32)
  const { fingerprint } = masterKeyFrom(bytes)
  for (const text of [
    bytes.toString('base64'),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    `  ${bytes.toString('base64')}\n`,
  ]) {
    expect(parseMasterKey(text).fingerprint).toBe(fingerprint)
  }
})

test.each([
  '',
  'changeme',
  randomBytes(31).toString('base64'),
  randomBytes(33).toString('hex'),
  `${randomBytes(32).toString('hex')}!`,
])(
  'a text other than 32 bytes is refused as a master key, and the error does not contain the text (%#)',
  (text) => {
    const refuse = (): unknown => parseMasterKey(text)
    expect(refuse).toThrow(/32 random bytes/)
    if (text !== '') expect(refuse).not.toThrow(text)
  },
)
