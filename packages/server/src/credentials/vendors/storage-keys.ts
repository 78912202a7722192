import { HeadgateError } from '@headgate/errors'
import type { S3Store } from '../../catalog/warehouses.ts'
import type { S3Keys } from '@headgate/storage'

type Find = () => Promise<S3Keys>

/**
 * Keys with which the server accesses the storage of a warehouse. These are the keys of the warehouse. A warehouse with
 * `credentials: "default-chain"` instead uses the keys that the AWS SDK finds on this machine: in the environment, in
 * files, or in container or instance metadata.
 */
export class StorageKeys {
  /** Key providers by region. Each provider caches its keys and renews them before they expire. */
  readonly #chains = new Map<string, Find>()

  /**
   * Returns the keys for a store.
   *
   * @throws HeadgateError `internal` when the default chain finds no keys on this machine
   */
  async get(store: Pick<S3Store, 'region' | 'keys'>): Promise<S3Keys> {
    return store.keys() ?? this.#found(store.region)
  }

  async #found(region: string): Promise<S3Keys> {
    let find = this.#chains.get(region)
    if (find === undefined) {
      const { S3Client } = await import('@aws-sdk/client-s3')
      find = new S3Client({ region }).config.credentials
      this.#chains.set(region, find)
    }
    try {
      const { accessKeyId, secretAccessKey, sessionToken } = await find()
      return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
    } catch (cause) {
      throw new HeadgateError(
        'internal',
        'This server found no AWS keys in its environment, files, or instance metadata. Provide keys there, or set static storage keys for the warehouse.',
        {
          cause,
        },
      )
    }
  }
}
