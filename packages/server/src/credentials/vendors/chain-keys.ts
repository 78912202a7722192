import { HeadgateError } from '@headgate/errors'
import type { S3Keys } from '../../storage/s3-options.ts'

type Find = () => Promise<S3Keys>

/**
 * The keys that AWS programs find on this machine: in the environment, files, container or instance metadata. Only for
 * warehouses that say so (`credentials: "default-chain"`).
 */
export class ChainKeys {
  /** By region; each remembers its keys and renews them in time. */
  readonly #chains = new Map<string, Find>()

  /** @throws HeadgateError `internal` when there are none */
  async find(region: string): Promise<S3Keys> {
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
