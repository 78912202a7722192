import { HeadgateError } from '@headgate/errors'
import type { Warehouse } from '../../catalog/warehouses.ts'
import type { CredentialVendor, MintedKeys } from '../storage-credential.ts'
import type { StorageGrant } from '../storage-grant.ts'

/** Storage credential that an upstream catalog issued for one table. */
export interface UpstreamCredential {
  readonly config: Readonly<Record<string, string>>
  /** Expiry of the credential in epoch ms. Null: the keys are long-lived. */
  readonly expiresAt: number | null
}

/** Source of the storage credentials that upstream catalogs issue. */
export interface UpstreamCredentials {
  /** Returns true when the warehouse has a separate account at the upstream for callers that may only read. */
  hasReader(warehouse: Warehouse): boolean
  /** Returns the credential of the upstream for the table and the permission of a grant. */
  find(grant: StorageGrant): Promise<UpstreamCredential>
}

/**
 * Returns the storage credentials of an upstream catalog to clients unchanged. Their rights are those of the server's
 * account at the upstream. Callers that may only read receive credentials only when the warehouse has a separate
 * account for readers.
 */
export class PassVendor implements CredentialVendor {
  readonly #credentials: UpstreamCredentials

  constructor(credentials: UpstreamCredentials) {
    this.#credentials = credentials
  }

  async mint(grant: StorageGrant, expiresAt: number): Promise<MintedKeys> {
    const { warehouse, permission } = grant
    if (permission === 'read' && !this.#credentials.hasReader(warehouse))
      throw new HeadgateError(
        'forbidden',
        `The storage credentials of the upstream of warehouse ${warehouse.name} also allow writes, and you may only read this table. Use your own access to the storage, or ask an administrator to set an account for readers (headgate warehouse update ${warehouse.name} --upstream-auth-read) or the credential mode relay.`,
      )
    const found = await this.#credentials.find(grant)
    if (found.expiresAt === null) return { config: found.config, expiresAt }
    const end = Math.min(found.expiresAt, expiresAt)
    return { config: withExpiry(found.config, end), expiresAt: end }
  }
}

/**
 * Replaces the expiry in the properties of a credential, so that the client renews the credential when its grant must
 * be decided again.
 */
function withExpiry(
  config: Readonly<Record<string, string>>,
  expiresAt: number,
): Readonly<Record<string, string>> {
  const end = String(expiresAt)
  return Object.fromEntries(
    Object.entries(config).flatMap(([name, value]) => {
      if (name === 's3.session-token')
        return [
          [name, value],
          ['s3.session-token-expires-at-ms', end],
        ]
      if (name === 'gcs.oauth2.token')
        return [
          [name, value],
          ['gcs.oauth2.token-expires-at', end],
        ]
      const [, account] = /^adls\.sas-token\.(.+)$/.exec(name) ?? []
      if (account !== undefined)
        return [
          [name, value],
          [`adls.sas-token-expires-at-ms.${account}`, end],
        ]
      return name.includes('expires-at') ? [] : [[name, value]]
    }),
  )
}
