import { decide, serverChain } from '../access/decide.ts'
import type { VendingProfile } from '../catalog/vending-profile.ts'
import type { Call } from '../operation/operation.ts'
import type { StorageProfile } from '@headgate/storage'
import type { WarehouseApiDeps } from './warehouse-deps.ts'

/**
 * Checks the endpoints that a request sets: they have public addresses, or the operator's configuration names them. On a
 * server that only this machine reaches, holders of `administer-storage` on the server may use loopback as well.
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
