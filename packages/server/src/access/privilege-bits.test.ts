import { expect, test } from 'vitest'
import { bitsGrantedOn, joinBits, holds, privilegeBits, privileges, privilegesIn } from './privilege-bits.ts'
import type { Privilege } from '../privilege.ts'
import { serverId } from '../reserved-ids.ts'

test.each<[Privilege, Privilege[]]>([
  ['use', ['use']],
  ['select', ['use', 'select']],
  ['modify', ['use', 'select', 'modify']],
  ['create', ['use', 'create']],
  ['manage', ['use', 'select', 'modify', 'create', 'manage']],
  ['administer-storage', ['use', 'administer-storage']],
])('the privilege %s includes exactly the privileges that it implies', (privilege, implied) => {
  expect(privilegesIn(privilegeBits[privilege])).toEqual(implied)
})

test('several privileges together imply everything that each of them implies, and an empty set implies no privilege', () => {
  expect(privilegesIn(joinBits(['create', 'select']))).toEqual(['use', 'select', 'create'])
  // All privileges below manage together do not include manage.
  expect(holds(joinBits(['modify', 'create']), 'manage')).toBe(false)
  expect(privileges.filter((privilege) => holds(0, privilege))).toEqual([])
})

test('manage on the server includes administer-storage, and manage on other objects does not', () => {
  const elsewhere = '00000000-0000-4000-8000-000000000001'
  expect(privilegesIn(bitsGrantedOn(serverId, ['manage']))).toEqual(privileges)
  expect(holds(bitsGrantedOn(elsewhere, ['manage']), 'administer-storage')).toBe(false)
  expect(holds(bitsGrantedOn(serverId, ['create', 'modify']), 'administer-storage')).toBe(false)
})
