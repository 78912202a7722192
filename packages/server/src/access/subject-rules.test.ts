import { describe, expect, test } from 'vitest'
import { admits } from './subject-rules.ts'

describe('admits', () => {
  const alice = { issuer: 'https://idp', subject: 'u-1', login: 'alice', groups: ['analysts'] }

  test('a subject rule compares the issuer, the subject or login, and the groups, and an empty list of rules matches no user', () => {
    expect(admits([], alice)).toBe(false)
    expect(admits([{ issuer: 'https://idp', pattern: 'u-*', groups: [] }], alice)).toBe(true)
    expect(admits([{ issuer: 'https://idp', pattern: 'alice', groups: [] }], alice)).toBe(true)
    expect(admits([{ issuer: 'https://other', pattern: '*', groups: [] }], alice)).toBe(false)
    expect(admits([{ issuer: 'https://idp', pattern: '*', groups: ['admins'] }], alice)).toBe(false)
    expect(admits([{ issuer: 'https://idp', pattern: '*', groups: ['admins', 'analysts'] }], alice)).toBe(
      true,
    )
    expect(admits([{ issuer: 'https://idp', pattern: 'null', groups: [] }], { ...alice, login: null })).toBe(
      false,
    )
  })
})
