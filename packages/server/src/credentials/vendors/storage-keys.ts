import { HeadgateError } from '@headgate/errors'
import type { S3Store } from '../../catalog/warehouses.ts'
import type { S3Keys } from '../../storage/s3-options.ts'

type Find = () => Promise<S3Keys>

/**
 * The keys that the server itself has to the storage of a warehouse: those that it was given, or, only for warehouses
 * that say so (`credentials: "default-chain"`), those that AWS programs find on this machine: in the environment, files,
 * container or instance metadata.
 */
export class StorageKeys {
  /** By region; each remembers its keys and renews them in time. */
  readonly #chains = new Map<string, Find>()

  /** @throws HeadgateError `internal` when there are none on this machine */
  async of(store: Pick<S3Store, 'region' | 'keys'>): Promise<S3Keys> {
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
      throw new HeadgateError('internal', 'There are no AWS keys where this server looks for them.', {
        cause,
      })
    }
  }
}
