import type { Privilege } from './privilege.ts'

/** Every privilege as it may be granted. */
export const privileges: readonly Privilege[] = ['use', 'select', 'modify', 'create', 'manage']

const use = 1
const select = 2
const modify = 4
const create = 8
const manage = 16

/** The bits of a privilege together with those it implies. */
export const privilegeBits: Readonly<Record<Privilege, number>> = {
  use,
  select: select | use,
  modify: modify | select | use,
  create: create | use,
  manage: manage | create | modify | select | use,
}

/** The one bit that says a privilege itself is held. */
export const ownBit: Readonly<Record<Privilege, number>> = { use, select, modify, create, manage }

/** The bits of several privileges together. */
export function bitsOf(held: Iterable<Privilege>): number {
  let bits = 0
  for (const privilege of held) bits |= privilegeBits[privilege]
  return bits
}

/** True when `bits` hold the privilege, itself or implied. */
export function holds(bits: number, privilege: Privilege): boolean {
  return (bits & ownBit[privilege]) !== 0
}

/** The privileges in `bits`, weakest first. */
export function privilegesIn(bits: number): Privilege[] {
  return privileges.filter((privilege) => holds(bits, privilege))
}
