import { describe, expect, test } from 'vitest'
import { createAuthenticator } from './authenticator.ts'
import type { ProvenIdentity } from '../proven-identity.ts'
import { randomUUID } from 'node:crypto'

const etl: ProvenIdentity = {
  principal: { id: randomUUID(), issuer: 'headgate', subject: 'etl', name: 'etl' },
  actors: [],
  method: 'session-token',
  expiresAt: null,
}

describe('The Authorization header', () => {
  const seen: string[] = []
  const bearers = {
    verify(token: string): ProvenIdentity {
      seen.push(token)
      return etl
    },
  }
  const strict = createAuthenticator({ bearers })

  test.each(['Bearer abc.def-_~+/=', 'bearer   abc.def-_~+/=', 'BEARER abc.def-_~+/='])(
    'the header "Authorization: %s" contains a token, whose identity is returned synchronously',
    (authorization) => {
      expect(strict.authenticate({ authorization })).toBe(etl)
      expect(seen.at(-1)).toBe('abc.def-_~+/=')
    },
  )

  test.each<[string | undefined, RegExp]>([
    [undefined, /needs an access token/],
    ['', /malformed/],
    ['Bearer', /malformed/],
    ['Bearer ', /malformed/],
    ['Bearer a b', /malformed/],
    ['Bearer a,b', /malformed/],
    ['Bearer größe', /malformed/],
    ['\tBearer a', /malformed/],
    ['Basic YWRtaW46c2VjcmV0', /token endpoint/],
    ['Negotiate abc', /token endpoint/],
    ['AWS4-HMAC-SHA256 Credential=a', /token endpoint/],
  ])(
    'the header "Authorization: %s" is refused with 401, and the error does not contain its value',
    (authorization, message) => {
      const refuse = (): unknown => strict.authenticate({ authorization })
      expect(refuse).toThrow(
        expect.objectContaining({
          code: 'unauthenticated',
          message: expect.stringMatching(message) as string,
        }),
      )
      expect(refuse).not.toThrow(/YWRtaW46c2VjcmV0|größe/)
    },
  )

  test('a server for anonymous callers accepts requests without an Authorization header, but refuses an invalid header', () => {
    const open = createAuthenticator({ bearers, anonymous: true })
    expect(open.authenticate({})).toMatchObject({ method: 'anonymous', principal: { name: 'anonymous' } })
    expect(() => open.authenticate({ authorization: 'Basic x' })).toThrow(/token endpoint/)
    expect(open.authenticate({ authorization: 'Bearer a' })).toBe(etl)
  })
})
