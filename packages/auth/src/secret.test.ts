import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { Secret } from './secret.ts'

const secret = new Secret('open sesame')

it.each([
  ['text', String(secret)],
  ['joined text', ['is', secret].join(' ')],
  ['JSON', JSON.stringify({ password: secret, nested: [secret] })],
  ['inspect', inspect({ password: secret }, { showHidden: true, depth: 9 })],
  ['inspect with getters', inspect(secret, { customInspect: false, showHidden: true, getters: true })],
  ['the message of an error', String(new Error('wrong: '.concat(String(secret))))],
  ['the names of its properties', Reflect.ownKeys(secret).map(String).join()],
  ['a structured clone', JSON.stringify(structuredClone(Object.assign({}, secret)))],
])('a secret does not appear in %s', (_, shown) => {
  expect(shown).not.toContain('sesame')
})

it('reveal returns the value of a secret', () => {
  expect(secret.reveal()).toBe('open sesame')
})
