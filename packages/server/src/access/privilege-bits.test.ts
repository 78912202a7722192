import { expect, test } from 'vitest'
import { bitsGrantedOn, bitsOf, holds, privilegeBits, privileges, privilegesIn } from './privilege-bits.ts'
import { type Privilege, serverId } from './privilege.ts'

test.each<[Privilege, Privilege[]]>([
  ['use', ['use']],
  ['select', ['use', 'select']],
  ['modify', ['use', 'select', 'modify']],
  ['create', ['use', 'create']],
  ['manage', ['use', 'select', 'modify', 'create', 'manage']],
  ['administer-storage', ['use', 'administer-storage']],
])('%s holds exactly what it implies', (privilege, implied) => {
  expect(privilegesIn(privilegeBits[privilege])).toEqual(implied)
})

test('several privileges hold what any of them implies, and nothing holds nothing', () => {
  expect(privilegesIn(bitsOf(['create', 'select']))).toEqual(['use', 'select', 'create'])
  // Together they are still not manage.
  expect(holds(bitsOf(['modify', 'create']), 'manage')).toBe(false)
  expect(privileges.filter((privilege) => holds(0, privilege))).toEqual([])
})

test('manage gives administer-storage on the server and nowhere else', () => {
  const elsewhere = '00000000-0000-4000-8000-000000000001'
  expect(privilegesIn(bitsGrantedOn(serverId, ['manage']))).toEqual(privileges)
  expect(holds(bitsGrantedOn(elsewhere, ['manage']), 'administer-storage')).toBe(false)
  expect(holds(bitsGrantedOn(serverId, ['create', 'modify']), 'administer-storage')).toBe(false)
})
