import { describe, expect, it } from 'vitest'
import { createTargetNames } from './target-names.ts'

describe('createTargetNames', () => {
  it('createTargetNames keeps a name that a server accepts', () => {
    const names = createTargetNames()
    expect(names.take('a', 'sales.reader@eu')).toBe('sales.reader@eu')
    expect(names.take('a', 'sales.reader@eu')).toBe('sales.reader@eu')
  })

  it('createTargetNames adds a digest to a name that is already in use, and the digest is equal in each run', () => {
    const [one, other] = [createTargetNames(), createTargetNames()].map((names) => {
      names.take('first', 'reader')
      return names.take('second', 'reader')
    })
    expect(one).toMatch(/^reader-[0-9a-f]{12}$/)
    expect(other).toBe(one)
  })

  it.each([
    'administrators',
    'Administrators',
    'server',
    'https://idp.example#alice',
    'two words',
    '',
    '-',
    '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
    'x'.repeat(129),
    'ä',
  ])('createTargetNames replaces %j by a name that a server accepts', (wanted) => {
    const name = createTargetNames().take('key', wanted)
    expect(name).toMatch(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,127}$/)
    expect(name).not.toBe(wanted)
  })
})
