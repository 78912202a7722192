import { type Privilege, serverId } from './privilege.ts'

/** Every privilege that can be granted; a privilege comes after those that it implies. */
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

/** The bits of a privilege together with those it implies on every object. */
export const privilegeBits: Readonly<Record<Privilege, number>> = {
  use,
  select: select | use,
  modify: modify | select | use,
  create: create | use,
  manage: manage | create | modify | select | use,
  'administer-storage': administerStorage | use,
}

/** The one bit that says a privilege itself is held. */
export const ownBit: Readonly<Record<Privilege, number>> = {
  use,
  select,
  modify,
  create,
  manage,
  'administer-storage': administerStorage,
}

/** The bits of all privileges: what `manage` on the server gives. */
export const everyBit: number = privilegeBits.manage | privilegeBits['administer-storage']

/** The bits of several privileges together, wherever they are held. */
export function bitsOf(held: Iterable<Privilege>): number {
  let bits = 0
  for (const privilege of held) bits |= privilegeBits[privilege]
  return bits
}

/** The bits of privileges that are granted on the object: `manage` on the server includes `administer-storage`. */
export function bitsGrantedOn(securableId: string, granted: Iterable<Privilege>): number {
  const bits = bitsOf(granted)
  return securableId === serverId && holds(bits, 'manage') ? bits | everyBit : bits
}

/** The privileges that give `privilege` on an object below the server when they are granted there. */
export function privilegesGiving(privilege: Privilege): Privilege[] {
  return privileges.filter((each) => holds(privilegeBits[each], privilege))
}

/** The privileges that give `privilege` everywhere when they are granted on the server. */
export function privilegesGivingOnServer(privilege: Privilege): Privilege[] {
  return privileges.filter((each) => holds(bitsGrantedOn(serverId, [each]), privilege))
}

/** True when owners hold the privilege on what they own without a grant. */
export function isOwners(privilege: Privilege): boolean {
  return holds(privilegeBits.manage, privilege)
}

/** True when `bits` hold the privilege, itself or implied. */
export function holds(bits: number, privilege: Privilege): boolean {
  return (bits & ownBit[privilege]) !== 0
}

/** The privileges in `bits`, in the order of `privileges`. */
export function privilegesIn(bits: number): Privilege[] {
  return privileges.filter((privilege) => holds(bits, privilege))
}
