import { HeadgateError } from '@headgate/errors'
import { decide, serverChain } from '../access/decide.ts'
import { lendsIdentity } from '../catalog/check-vending.ts'
import type { VendingProfile } from '../catalog/vending-profile.ts'
import type { Call } from '../operation/operation.ts'
import type { StorageProfile } from '@headgate/storage'

/**
 * Requires `administer-storage` on the server if a warehouse vends credentials with the identity of the
 * machine, the server or the user. The caller of such a change chooses which role the machine assumes, and
 * where the server sends the tokens of users.
 *
 * @throws HeadgateError `forbidden`
 */
export function checkLender(call: Call, profile: StorageProfile, vending: VendingProfile): void {
  if (!lendsIdentity(profile, vending) || administersAllStorage(call)) return
  throw new HeadgateError(
    'forbidden',
    'Vending with the identity of the machine, the server or the user requires administer-storage on the server. Set keys for the warehouse, or ask an administrator.',
  )
}

/**
 * Requires `administer-storage` on the server if a warehouse uses the keys of the machine (`default-chain`),
 * because the warehouse can then access everything that these keys can access.
 *
 * @throws HeadgateError `forbidden`
 */
export function checkBorrower(call: Call, profile: StorageProfile): void {
  if (profile.type !== 's3' || profile.credentials !== 'default-chain' || administersAllStorage(call)) return
  throw new HeadgateError(
    'forbidden',
    'A warehouse with the keys of the machine (default-chain) can access everything that these keys can access. Choosing these keys, or the locations of such a warehouse, requires administer-storage on the server. Set keys for the warehouse, or ask an administrator.',
  )
}

function administersAllStorage(call: Call): boolean {
  return decide(call.policy, serverChain, 'administer-storage').outcome === 'allow'
}
