import { expect, test } from 'vitest'
import { describeClaims } from './claims-record.ts'

test('describeClaims returns claims as short texts without tokens', () => {
  const token = `eyJhbGciOiJSUzI1NiJ9.${'a'.repeat(100)}.${'b'.repeat(100)}`
  const described = describeClaims({
    sub: 'alice',
    groups: ['finance', 'hr'],
    nested: { roles: ['x'] },
    long: 'x'.repeat(1_000),
    copied: token,
  })
  expect(described).toMatchObject({ sub: 'alice', groups: '["finance","hr"]', nested: '{"roles":["x"]}' })
  expect(described['long']).toHaveLength(160)
  expect(described['copied']).not.toContain('aaaa')
})

test('describeClaims limits the number of claims and the length of their names', () => {
  const many = Object.fromEntries(
    Array.from({ length: 500 }, (_, index) => [`${index}${'n'.repeat(200)}`, 1]),
  )
  const described = describeClaims(many)
  expect(Object.keys(described).length).toBeLessThanOrEqual(40)
  expect(Math.max(...Object.keys(described).map((name) => name.length))).toBeLessThanOrEqual(64)
})

test('describeClaims returns well-formed texts, which the database can store', () => {
  const described = describeClaims({
    long: `${'x'.repeat(158)}${'😀'.repeat(10)}`,
    lone: 'a\ud83d',
    nul: 'a\0b',
  })
  expect(Object.values(described).filter((text) => !text.isWellFormed() || text.includes('\0'))).toEqual([])
  expect(described['long']).toHaveLength(160)
})
