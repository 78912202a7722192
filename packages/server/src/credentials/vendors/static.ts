import { HeadgateError } from '@headgate/errors'
import type { CredentialVendor, MintedKeys } from '../storage-credential.ts'
import type { StorageGrant } from '../storage-grant.ts'

/**
 * Returns the warehouse's own long-lived keys. The vending profile must explicitly allow that these keys leave the
 * server. The keys are not restricted to a table and do not expire, so a client that receives them can access the whole
 * warehouse.
 */
export class StaticVendor implements CredentialVendor {
  mint({ warehouse }: StorageGrant, expiresAt: number): Promise<MintedKeys> {
    const profile = warehouse.vending
    const keys = warehouse.store?.keys() ?? null
    if (profile.mode !== 'static' || !profile.longLivedKeysMayLeaveTheServer || keys === null) {
      return Promise.reject(
        new HeadgateError(
          'internal',
          `Warehouse ${warehouse.name} has no storage keys that the server may send to clients. Choose another vending mode, or set static storage keys.`,
        ),
      )
    }
    return Promise.resolve({
      config: {
        's3.access-key-id': keys.accessKeyId,
        's3.secret-access-key': keys.secretAccessKey,
        ...(keys.sessionToken === undefined ? {} : { 's3.session-token': keys.sessionToken }),
        ...warehouse.hints,
      },
      expiresAt,
    })
  }
}
