import { HeadgateError } from '@headgate/errors'
import type { KeyRequest, RemoteKeys } from './remote-keys.ts'
import { hasReader, type UpstreamWarehouse } from './upstream-warehouse.ts'
import { credentialFor } from './vended-keys.ts'

/** Storage credential that the upstream catalog vended for one table, in the form of client properties. */
interface PassedCredential {
  readonly config: Readonly<Record<string, string>>
  /** Expiry in epoch ms. Null for long-lived keys. */
  readonly expiresAt: number | null
}

/**
 * Finds storage credentials that upstream catalogs vend, for warehouses that pass these credentials to
 * clients (credential mode `pass`).
 */
export class PassCredentials {
  readonly #keys: RemoteKeys
  readonly #minLifeMs: number

  /**
   * @param minLifeMs minimum remaining lifetime in ms of returned credentials. Credentials that the upstream
   *   catalog vends for a shorter time are accepted
   */
  constructor(keys: RemoteKeys, minLifeMs: number) {
    this.#keys = keys
    this.#minLifeMs = minLifeMs
  }

  hasReader(warehouse: UpstreamWarehouse): boolean {
    return hasReader(warehouse)
  }

  /**
   * Returns the storage credential that covers all locations of a table.
   *
   * @throws HeadgateError `bad-gateway` when the upstream catalog returns no such credential, and errors of
   *   `RemoteKeys.get`
   */
  async find(request: KeyRequest): Promise<PassedCredential> {
    const keys = await this.#keys.get(request, this.#minLifeMs)
    const [first, ...others] = new Set(request.prefixes.map((prefix) => credentialFor(keys, prefix)))
    if (first === undefined || first === null || others.length > 0)
      throw new HeadgateError(
        'bad-gateway',
        `The upstream of warehouse ${request.warehouse.name} returned no storage credential for all locations of this table.`,
      )
    return { config: first.config, expiresAt: keys.expiresAt }
  }
}
