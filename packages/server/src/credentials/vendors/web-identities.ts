import { HeadgateError, isHeadgateError } from '@headgate/errors'
import type { VendingProfile } from '../../catalog/vending-profile.ts'
import type { KeyRing } from '../../keys/key-ring.ts'
import type { StorageProfile } from '@headgate/storage'
import type { StorageGrant } from '../storage-grant.ts'
import { readServerToken } from './server-token.ts'
import { defaultAudience, mintUserToken } from './user-token.ts'

export interface WebIdentitiesOptions {
  readonly ring: KeyRing
  /** This server's public URL: where its keys are published. */
  readonly issuer: string
  /** Holds the server's own token; null: it has none. */
  readonly tokenFile: string | null
  /** Epoch ms. */
  readonly now?: () => number
}

/** The web identities that this server can show to a security token service. */
export class WebIdentities {
  readonly #options: WebIdentitiesOptions

  constructor(options: WebIdentitiesOptions) {
    this.#options = options
  }

  /** @throws HeadgateError `unavailable` when the server's own token is not to be had now */
  async tokenFor(
    identity: 'server-token' | 'user-token',
    grant: StorageGrant,
    expiresAt: number,
  ): Promise<string> {
    const { ring, issuer, tokenFile, now = Date.now } = this.#options
    if (identity === 'server-token') return readServerToken(tokenFile, now())
    const profile = grant.warehouse.vending
    if (profile.mode !== 'sts') throw new Error('a user token is for security token services only')
    return mintUserToken(ring.signing('session-token'), issuer, profile, grant, expiresAt, now())
  }

  /**
   * Refuses a warehouse that this server has no web identity for.
   *
   * @throws HeadgateError `bad-request` with a sentence that says what to change
   */
  async check(storage: StorageProfile, vending: VendingProfile): Promise<void> {
    if (vending.mode !== 'sts') return
    const { issuer, tokenFile, now = Date.now } = this.#options
    if (vending.identity === 'server-token') {
      await readServerToken(tokenFile, now()).catch((cause: unknown) => {
        if (!isHeadgateError(cause)) throw cause
        throw new HeadgateError('bad-request', cause.message, { cause })
      })
    }
    if (vending.identity !== 'user-token') return
    const { tokenAudience = defaultAudience, stsEndpoint } = vending
    if (tokenAudience === issuer)
      throw new HeadgateError('bad-request', 'tokenAudience is this server: name the one that is to take it.')
    const isAws = storage.type === 's3' && storage.endpoint === undefined && stsEndpoint === undefined
    if (isAws && !issuer.startsWith('https:')) {
      throw new HeadgateError(
        'bad-request',
        `AWS trusts tokens only of who publishes their keys by https, and this server is ${issuer}: set HEADGATE_PUBLIC_URL to an https URL that AWS reaches.`,
      )
    }
  }
}
