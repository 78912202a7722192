import { describe, expect, test } from 'vitest'
import { challenge } from './challenge.ts'

const url = 'https://catalog.example/.well-known/oauth-protected-resource'

describe('The challenge of a 401', () => {
  test('the challenge of a 401 contains the URL of the metadata, and no error if the request contained no token', () => {
    expect(challenge(url, { message: 'x' }, false)).toBe(
      `Bearer realm="headgate", resource_metadata="${url}"`,
    )
  })

  test('the challenge of a 401 describes why the token was refused, in characters that a header may contain', () => {
    const message = 'The "aud"\r\nSet-Cookie: a=b \\ größe'
    expect(challenge(url, { message }, true)).toBe(
      `Bearer realm="headgate", resource_metadata="${url}", error="invalid_token", error_description="The 'aud'??Set-Cookie: a=b ? gr??e"`,
    )
  })
})
