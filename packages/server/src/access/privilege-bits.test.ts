import { expect, test } from 'vitest'
import { bitsOf, holds, privilegeBits, privileges, privilegesIn } from './privilege-bits.ts'
import type { Privilege } from './privilege.ts'

test.each<[Privilege, Privilege[]]>([
  ['use', ['use']],
  ['select', ['use', 'select']],
  ['modify', ['use', 'select', 'modify']],
  ['create', ['use', 'create']],
  ['manage', ['use', 'select', 'modify', 'create', 'manage']],
])('%s holds exactly what it implies', (privilege, implied) => {
  expect(privilegesIn(privilegeBits[privilege])).toEqual(implied)
})

test('several privileges hold what any of them implies, and nothing holds nothing', () => {
  expect(privilegesIn(bitsOf(['create', 'select']))).toEqual(['use', 'select', 'create'])
  // Together they are still not manage.
  expect(holds(bitsOf(['modify', 'create']), 'manage')).toBe(false)
  expect(privileges.filter((privilege) => holds(0, privilege))).toEqual([])
})
