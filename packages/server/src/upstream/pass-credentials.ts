import { HeadgateError } from '@headgate/errors'
import type { KeyRequest, RemoteKeys } from './remote-keys.ts'
import { hasReader, type UpstreamWarehouse } from './upstream-warehouse.ts'
import { credentialFor } from './vended-keys.ts'

/** Storage credential of the upstream for one table, as client properties. */
interface PassedCredential {
  readonly config: Readonly<Record<string, string>>
  /** Epoch ms. Null: long-lived keys. */
  readonly expiresAt: number | null
}

/** Finds the storage credentials that upstreams vend for clients of mode `pass`. */
export class PassCredentials {
  readonly #keys: RemoteKeys
  readonly #minLifeMs: number

  /** @param minLifeMs minimum remaining lifetime of returned credentials, if the upstream vends them for so long */
  constructor(keys: RemoteKeys, minLifeMs: number) {
    this.#keys = keys
    this.#minLifeMs = minLifeMs
  }

  hasReader(warehouse: UpstreamWarehouse): boolean {
    return hasReader(warehouse)
  }

  /**
   * Returns the credential that covers all locations of a table.
   *
   * @throws HeadgateError `bad-gateway` when the upstream returns none that covers them, and errors of `RemoteKeys.get`
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
