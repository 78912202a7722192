import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { Secret } from './secret.ts'

const secret = new Secret('open sesame')

it.each([
  ['a text', String(secret)],
  ['concatenation', ['is', secret].join(' ')],
  ['JSON', JSON.stringify({ password: secret, nested: [secret] })],
  ['inspect', inspect({ password: secret }, { showHidden: true, depth: 9 })],
  [
    'inspect of its prototype chain',
    inspect(secret, { customInspect: false, showHidden: true, getters: true }),
  ],
  ['an error', String(new Error('wrong: '.concat(String(secret))))],
  ['its keys', Reflect.ownKeys(secret).map(String).join()],
  ['a copy', JSON.stringify(structuredClone(Object.assign({}, secret)))],
])('does not show in %s', (_, shown) => {
  expect(shown).not.toContain('sesame')
})

it('is there for whoever asks for it', () => {
  expect(secret.reveal()).toBe('open sesame')
})
