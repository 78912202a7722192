import { HeadgateError } from '@headgate/errors'
import { decide, serverChain } from '../access/decide.ts'
import { lendsIdentity } from '../catalog/check-vending.ts'
import type { VendingProfile } from '../catalog/vending-profile.ts'
import type { Call } from '../operation/operation.ts'
import type { StorageProfile } from '@headgate/storage'

/**
 * Requires `administer-storage` on the server from callers whose warehouse vends with the identity of the machine, the
 * server or the user: they choose which role the machine assumes, and where the tokens of users are sent.
 *
 * @throws HeadgateError `forbidden`
 */
export function checkLender(call: Call, profile: StorageProfile, vending: VendingProfile): void {
  if (!lendsIdentity(profile, vending) || administersAllStorage(call)) return
  throw new HeadgateError(
    'forbidden',
    'Vending with the identity of the machine, the server or the user needs administer-storage on the server: set keys for the warehouse, or ask an administrator.',
  )
}

/**
 * Requires `administer-storage` on the server from callers who choose a warehouse with the keys of the machine, or its
 * places: the warehouse reaches all that these keys reach.
 *
 * @throws HeadgateError `forbidden`
 */
export function checkBorrower(call: Call, profile: StorageProfile): void {
  if (profile.type !== 's3' || profile.credentials !== 'default-chain' || administersAllStorage(call)) return
  throw new HeadgateError(
    'forbidden',
    'A warehouse with the keys of the machine (default-chain) reaches everything that these keys reach. Choosing the keys or its places needs administer-storage on the server: set keys for the warehouse, or ask an administrator.',
  )
}

function administersAllStorage(call: Call): boolean {
  return decide(call.policy, serverChain, 'administer-storage').outcome === 'allow'
}
