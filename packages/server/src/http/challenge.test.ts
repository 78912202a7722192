import { describe, expect, test } from 'vitest'
import { challenge } from './challenge.ts'

const url = 'https://catalog.example/.well-known/oauth-protected-resource'

describe('the challenge of a 401', () => {
  test('says where a token is to be had, and nothing of an error when none was sent', () => {
    expect(challenge(url, { message: 'x' }, false)).toBe(
      `Bearer realm="headgate", resource_metadata="${url}"`,
    )
  })

  test('tells what was wrong with a token in characters that a header may have', () => {
    const message = 'The "aud"\r\nSet-Cookie: a=b \\ größe'
    expect(challenge(url, { message }, true)).toBe(
      `Bearer realm="headgate", resource_metadata="${url}", error="invalid_token", error_description="The 'aud'??Set-Cookie: a=b ? gr??e"`,
    )
  })
})
