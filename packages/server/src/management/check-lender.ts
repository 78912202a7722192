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
