import { expect, it } from 'vitest'
import { isAuthError } from './auth-error.ts'
import { keepIdentity, type Provenance } from './provenance.ts'

const alice: Provenance = {
  who: { issuer: 'https://idp.example.com', subject: 'alice' },
  actors: [{ subject: 'trino' }],
  target: 'https://catalog.example.com',
  obtainedBy: 'token-exchange',
  renewableBy: ['token-exchange', 'refresh_token'],
}

it.each<[string, Provenance]>([
  ['the same way', alice],
  ['another way that was allowed', { ...alice, obtainedBy: 'refresh_token' }],
])('a session may be renewed %s', (_, next) => {
  expect(() => keepIdentity(alice, next)).not.toThrow()
})

it.each<[string, Provenance | undefined]>([
  ['as the service that holds it', { ...alice, who: { subject: 'trino' }, obtainedBy: 'client_credentials' }],
  ['as nobody known', { ...alice, who: undefined } as unknown as Provenance],
  ['as somebody else', { ...alice, who: { issuer: 'https://idp.example.com', subject: 'bob' } }],
  [
    'as the same name elsewhere',
    { ...alice, who: { issuer: 'https://other.example.com', subject: 'alice' } },
  ],
  ['without those in between', { ...alice, actors: [] }],
  ['for another target', { ...alice, target: 'https://other.example.com' }],
  ['in a way that was not allowed', { ...alice, obtainedBy: 'password' }],
  ['without saying whose it is', undefined],
])('a session ends rather than to go on %s', (_, next) => {
  try {
    keepIdentity(alice, next)
    expect.unreachable()
  } catch (error) {
    expect(isAuthError(error, 'identity-changed')).toBe(true)
  }
})
