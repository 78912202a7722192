import { describe, expect, test } from 'vitest'
import { challenge } from './challenge.ts'

const url = 'https://catalog.example/.well-known/oauth-protected-resource'

describe('The challenge of a 401', () => {
  test('contains the address of the metadata, and no error when no token was sent', () => {
    expect(challenge(url, { message: 'x' }, false)).toBe(
      `Bearer realm="headgate", resource_metadata="${url}"`,
    )
  })

  test('contains the error of a token, in characters that a header allows', () => {
    const message = 'The "aud"\r\nSet-Cookie: a=b \\ größe'
    expect(challenge(url, { message }, true)).toBe(
      `Bearer realm="headgate", resource_metadata="${url}", error="invalid_token", error_description="The 'aud'??Set-Cookie: a=b ? gr??e"`,
    )
  })
})
