import type { Warehouse } from '../catalog/warehouses.ts'
import { parseVendingProfile, type VendingProfile } from '../catalog/vending-profile.ts'

const read = new WeakMap<object, VendingProfile>()

/**
 * How a warehouse hands out storage access, read from its row once.
 *
 * @throws HeadgateError `bad-request` when the row holds what nobody can have written through the server
 */
export function vendingOf({ vending }: Pick<Warehouse, 'vending'>): VendingProfile {
  const known = read.get(vending)
  if (known !== undefined) return known
  const profile = parseVendingProfile(vending)
  read.set(vending, profile)
  return profile
}

/** What a client is given, by what it asks for and what the warehouse offers. */
export type Delegation = 'vend' | 'sign' | 'none'

/**
 * What a client gets that sends these values of `X-Iceberg-Access-Delegation`.
 *
 * Long-lived keys are handed out only to who asks: a warehouse of mode `static` has no `whenNotAsked`.
 *
 * @param mintable whether this server can mint in the warehouse's mode: who did not ask gets nothing where it cannot,
 *   who asked is told why
 */
export function delegationOf(
  profile: VendingProfile,
  asked: readonly string[],
  mintable: boolean,
): Delegation {
  switch (profile.mode) {
    case 'none':
      return 'none'
    case 'remote-signing':
      return profile.whenNotAsked === true || asked.includes('remote-signing') ? 'sign' : 'none'
    case 'static':
      return asked.includes('vended-credentials') ? 'vend' : 'none'
    case 'gateway':
    case 'sts':
      break
  }
  const unasked = profile.whenNotAsked === true && mintable
  return unasked || asked.includes('vended-credentials') ? 'vend' : 'none'
}
