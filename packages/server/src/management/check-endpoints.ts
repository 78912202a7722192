import { decide, serverChain } from '../access/decide.ts'
import type { VendingProfile } from '../catalog/vending-profile.ts'
import type { Call } from '../operation/operation.ts'
import type { StorageProfile } from '@headgate/storage'
import type { WarehouseApiDeps } from './warehouse-deps.ts'

/**
 * Checks the storage endpoints in a request: they must have public addresses, or the configuration of the
 * server must allow them. If only this machine can reach the server, holders of `administer-storage` on the
 * server may use loopback addresses, too.
 *
 * @throws HeadgateError `forbidden`
 */
export async function checkEndpoints(
  { endpoints }: Pick<WarehouseApiDeps, 'endpoints'>,
  call: Call,
  profile: StorageProfile,
  vending: VendingProfile,
): Promise<void> {
  const mayUseLoopback = decide(call.policy, serverChain, 'administer-storage').outcome === 'allow'
  const fields = {
    'storage.endpoint': profile.type === 's3' ? profile.endpoint : undefined,
    'vending.stsEndpoint': vending.mode === 'sts' ? vending.stsEndpoint : undefined,
  }
  for (const [field, url] of Object.entries(fields))
    if (url !== undefined) await endpoints.check(field, url, { mayUseLoopback })
}
