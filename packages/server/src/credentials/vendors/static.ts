import { HeadgateError } from '@headgate/errors'
import type { CredentialVendor, MintedKeys } from '../storage-credential.ts'
import type { StorageGrant } from '../storage-grant.ts'

/**
 * The warehouse's own long-lived keys, for warehouses that say in so many words that these may leave the server. They are
 * neither narrowed to a table nor do they end: who has them, has the warehouse.
 */
export class StaticVendor implements CredentialVendor {
  mint({ warehouse }: StorageGrant, expiresAt: number): Promise<MintedKeys> {
    const profile = warehouse.vending
    const keys = warehouse.store?.keys() ?? null
    if (profile.mode !== 'static' || !profile.longLivedKeysMayLeaveTheServer || keys === null) {
      return Promise.reject(
        new HeadgateError('internal', `Warehouse ${warehouse.name} has no keys that may leave the server.`),
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
