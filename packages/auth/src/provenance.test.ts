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
  ['with the same method', alice],
  ['with another permitted method', { ...alice, obtainedBy: 'refresh_token' }],
])('keepIdentity accepts a renewal %s', (_, next) => {
  expect(() => keepIdentity(alice, next)).not.toThrow()
})

it.each<[string, Provenance | undefined]>([
  [
    'with the identity of the service that holds the session',
    { ...alice, who: { subject: 'trino' }, obtainedBy: 'client_credentials' },
  ],
  ['without a subject', { ...alice, who: undefined } as unknown as Provenance],
  ['with another subject', { ...alice, who: { issuer: 'https://idp.example.com', subject: 'bob' } }],
  [
    'with the same subject of another issuer',
    { ...alice, who: { issuer: 'https://other.example.com', subject: 'alice' } },
  ],
  ['without the actors', { ...alice, actors: [] }],
  ['with another target', { ...alice, target: 'https://other.example.com' }],
  ['with a method that is not permitted', { ...alice, obtainedBy: 'password' }],
  ['without provenance', undefined],
])('keepIdentity refuses a renewal %s', (_, next) => {
  try {
    keepIdentity(alice, next)
    expect.unreachable()
  } catch (error) {
    expect(isAuthError(error, 'identity-changed')).toBe(true)
  }
})
