import { expect, test } from 'vitest'
import { formatTokenFacts, readTokenFacts } from './token-facts.ts'

const token = (claims: object): string =>
  ['{"alg":"none"}', JSON.stringify(claims), '']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.')

test('readTokenFacts returns the subject, actors, audience and groups in the claims of a token', () => {
  const facts = readTokenFacts(
    token({
      iss: 'https://idp',
      sub: 'alice',
      aud: 'catalog',
      act: { sub: 'trino', act: { sub: 'portal' } },
      groups: ['sales'],
      exp: 1_800_000_000,
    }),
  )
  expect(facts).toMatchObject({
    subject: 'alice',
    audiences: ['catalog'],
    actors: ['trino', 'portal'],
    groups: ['sales'],
  })
  expect(formatTokenFacts(facts)).toBe(
    'the token says sub alice; act trino for portal; aud catalog; iss https://idp; groups sales; until 2027-01-15T08:00:00.000Z',
  )
})

test('readTokenFacts returns no claims for a token that is not a JWT', () => {
  for (const text of ['opaque', 'a.b.c', `x.${Buffer.from('[]').toString('base64url')}.`])
    expect(readTokenFacts(text).subject).toBeUndefined()
  expect(readTokenFacts('opaque').readable).toBe(false)
})
