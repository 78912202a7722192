import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { deriveSigningKey, signingKeyBytes, SigningKeys } from './signing-keys.ts'

const scope = { date: '20150830', region: 'us-east-1', service: 'iam' }
const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'

it('deriveSigningKey returns the key of the example in the AWS General Reference', () => {
  expect(signingKeyBytes(secret, scope).toString('hex')).toBe(
    'c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9',
  )
})

it('a signing key does not appear in logs', () => {
  const key = deriveSigningKey(secret, scope)
  const keys = new SigningKeys()
  keys.get(secret, scope)
  for (const thing of [key, keys]) {
    expect(inspect(thing, { depth: 9, showHidden: true })).not.toMatch(/c4 ?af|196|175|wJalr/)
    expect(JSON.stringify(thing)).toBe('{}')
  }
})

it('SigningKeys derives each key once', () => {
  const keys = new SigningKeys()
  const first = keys.get(secret, scope)
  expect(first.sign('text')).toBe(deriveSigningKey(secret, scope).sign('text'))
  expect(keys.get(secret, { ...scope })).toBe(first)
  for (const other of [
    { ...scope, date: '20150831' },
    { ...scope, region: 'x' },
    { ...scope, service: 's3' },
  ]) {
    expect(keys.get(secret, other).sign('text')).toBe(deriveSigningKey(secret, other).sign('text'))
    expect(keys.get(secret, other).sign('text')).not.toBe(first.sign('text'))
  }
  expect(keys.get('other', scope).sign('text')).not.toBe(first.sign('text'))
})

it('SigningKeys evicts the key that was unused for the longest time', () => {
  const keys = new SigningKeys({ max: 2 })
  const a = keys.get('a', scope)
  const b = keys.get('b', scope)
  expect(keys.get('a', scope)).toBe(a)
  keys.get('c', scope)
  expect(keys.size).toBe(2)
  expect(keys.get('a', scope)).toBe(a)
  expect(keys.get('b', scope)).not.toBe(b)
})
