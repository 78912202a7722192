import { HeadgateError } from '@headgate/errors'
import { decide, serverChain } from '../access/decide.ts'
import { lendsIdentity } from '../catalog/check-vending.ts'
import type { VendingProfile } from '../catalog/vending-profile.ts'
import type { Call } from '../http/operation.ts'
import type { StorageProfile } from '../storage/storage-profile.ts'

/**
 * Whoever lends out the identity of the machine, the server or its users must run the server: else whoever manages a
 * warehouse could choose which role the machine assumes, or a place to which everybody's tokens are sent.
 *
 * @throws HeadgateError `forbidden`
 */
export function checkLender(call: Call, profile: StorageProfile, vending: VendingProfile): void {
  if (!lendsIdentity(profile, vending)) return
  if (decide(call.policy, serverChain, 'manage').outcome === 'allow') return
  throw new HeadgateError(
    'forbidden',
    'Vending with the identity of the machine, the server or the user needs manage on the server: give the warehouse keys of its own, or ask an administrator.',
  )
}

/**
 * A warehouse that works with the keys of the machine reaches whatever these reach: who chooses such keys, or the places
 * that they are used for, must run the server, as who lends them out.
 *
 * @throws HeadgateError `forbidden`
 */
export function checkBorrower(call: Call, profile: StorageProfile): void {
  if (profile.type !== 's3' || profile.credentials !== 'default-chain') return
  if (decide(call.policy, serverChain, 'manage').outcome === 'allow') return
  throw new HeadgateError(
    'forbidden',
    'A warehouse with the keys of the machine (default-chain) reaches all that these reach, so choosing them, and its places, needs manage on the server: give the warehouse keys of its own, or ask an administrator.',
  )
}
