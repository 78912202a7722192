import type { Privilege } from '../privilege.ts'
import { serverId } from '../reserved-ids.ts'

/** All privileges that can be granted, ordered so that each privilege comes after the privileges that it implies. */
export const privileges: readonly Privilege[] = [
  'use',
  'select',
  'modify',
  'create',
  'manage',
  'administer-storage',
]

const use = 1
const select = 2
const modify = 4
const create = 8
const manage = 16
const administerStorage = 32

/** Bits of each privilege together with the bits of the privileges that it implies on every object. */
export const privilegeBits: Readonly<Record<Privilege, number>> = {
  use,
  select: select | use,
  modify: modify | select | use,
  create: create | use,
  manage: manage | create | modify | select | use,
  'administer-storage': administerStorage | use,
}

/** Bit of each privilege, without the bits of implied privileges. */
export const ownBit: Readonly<Record<Privilege, number>> = {
  use,
  select,
  modify,
  create,
  manage,
  'administer-storage': administerStorage,
}

/** Bits of all privileges. `manage` on the server implies all of them. */
export const everyBit: number = privilegeBits.manage | privilegeBits['administer-storage']

/** Returns the combined bits of several privileges on an object below the server. */
export function joinBits(held: Iterable<Privilege>): number {
  let bits = 0
  for (const privilege of held) bits |= privilegeBits[privilege]
  return bits
}

/**
 * Returns the bits of the privileges that are granted on the object. On the server, `manage` also implies
 * `administer-storage`.
 */
export function bitsGrantedOn(securableId: string, granted: Iterable<Privilege>): number {
  const bits = joinBits(granted)
  return securableId === serverId && holds(bits, 'manage') ? bits | everyBit : bits
}

/** Returns the privileges that, when they are granted on an object below the server, include `privilege`. */
export function privilegesGiving(privilege: Privilege): Privilege[] {
  return privileges.filter((each) => holds(privilegeBits[each], privilege))
}

/** Returns the privileges that, when they are granted on the server, include `privilege` on every object. */
export function privilegesGivingOnServer(privilege: Privilege): Privilege[] {
  return privileges.filter((each) => holds(bitsGrantedOn(serverId, [each]), privilege))
}

/** Returns the privilege that is needed to grant and revoke `privilege` on an object and on everything below it. */
export function grantingPrivilege(privilege: Privilege): Privilege {
  return privilege === 'administer-storage' ? privilege : 'manage'
}

/** Returns true when the owner of an object holds the privilege on it without a grant. */
export function isOwners(privilege: Privilege): boolean {
  return holds(privilegeBits.manage, privilege)
}

/** Returns true when `bits` contain the privilege, either granted or implied. */
export function holds(bits: number, privilege: Privilege): boolean {
  return (bits & ownBit[privilege]) !== 0
}

/** Returns the privileges in `bits`, in the order of `privileges`. */
export function privilegesIn(bits: number): Privilege[] {
  return privileges.filter((privilege) => holds(bits, privilege))
}
