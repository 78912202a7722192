import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { admits, matchesGlob } from './subject-rules.ts'

describe('a pattern', () => {
  test.each<[string, string, boolean]>([
    ['*', '', true],
    ['*', 'alice', true],
    ['alice', 'alice', true],
    ['alice', 'alice2', false],
    ['alice', 'Alice', false],
    ['*@corp.example', 'alice@corp.example', true],
    ['*@corp.example', 'alice@corp.example.evil', false],
    ['*@corp.example', 'alice@corpxexample', false],
    ['a*c*e', 'abcde', true],
    ['a*c*e', 'abcd', false],
    ['user-?', 'user-1', true],
    ['user-?', 'user-', false],
    ['user-?', 'user-ü', true],
    ['', '', true],
    ['', 'a', false],
    ['a.c', 'abc', false],
    ['[a]', 'a', false],
  ])('%s and %s: %s', (pattern, text, matches) => {
    expect(matchesGlob(pattern, text)).toBe(matches)
  })

  test('matches as the regular expression of it would', () => {
    const piece = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 })
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 })
    fc.assert(
      fc.property(piece, text, (pattern, subject) => {
        const same = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`)
        expect(matchesGlob(pattern, subject)).toBe(same.test(subject))
      }),
      { numRuns: 2_000 },
    )
  })

  test('cannot be made slow', () => {
    const begun = performance.now()
    expect(matchesGlob(`${'*a'.repeat(60)}b`, 'a'.repeat(256))).toBe(false)
    expect(performance.now() - begun).toBeLessThan(5_000)
  })
})

describe('rules', () => {
  const alice = { issuer: 'https://idp', subject: 'u-1', login: 'alice', groups: ['analysts'] }

  test('admit by issuer, by subject or login, and by group; none admit nobody', () => {
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
