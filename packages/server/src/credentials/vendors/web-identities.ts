import { HeadgateError, isHeadgateError } from '@headgate/errors'
import type { VendingProfile } from '../../catalog/vending-profile.ts'
import type { KeyRing } from '../../keys/key-ring.ts'
import type { StorageProfile } from '@headgate/storage'
import type { StorageGrant } from '../storage-grant.ts'
import { readServerToken } from './server-token.ts'
import { defaultAudience, mintUserToken } from './user-token.ts'

export interface WebIdentitiesOptions {
  readonly ring: KeyRing
  /** Public URL of this server, at which its keys are published. The URL is also the issuer of the tokens. */
  readonly issuer: string
  /** Path of the file with the server's own token, or null when none is configured. */
  readonly tokenFile: string | null
  /** Returns the current time in epoch ms. Default: `Date.now`. */
  readonly now?: () => number
}

/** Provides the web identities with which this server can authenticate at a security token service. */
export class WebIdentities {
  readonly #options: WebIdentitiesOptions

  constructor(options: WebIdentitiesOptions) {
    this.#options = options
  }

  /**
   * Returns the server's own token, or a token for the user of the grant.
   *
   * @throws HeadgateError `unavailable` when the server's own token cannot be read or has expired
   */
  async tokenFor(
    identity: 'server-token' | 'user-token',
    grant: StorageGrant,
    expiresAt: number,
  ): Promise<string> {
    const { ring, issuer, tokenFile, now = Date.now } = this.#options
    if (identity === 'server-token') return readServerToken(tokenFile, now())
    const profile = grant.warehouse.vending
    if (profile.mode !== 'sts') throw new Error('only a security token service accepts a user token')
    // The service verifies the token with the public keys that this server publishes, so the token is signed with the
    // key for session tokens. The header `typ` distinguishes it from a session token.
    return mintUserToken(ring.signing('session-token'), issuer, profile, grant, expiresAt, now())
  }

  /**
   * Refuses a vending profile that needs a web identity which this server cannot provide.
   *
   * @throws HeadgateError `bad-request` with the setting to change
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
      throw new HeadgateError(
        'bad-request',
        'tokenAudience is the URL of this server: set it to the audience of the security token service.',
      )
    const isAws = storage.type === 's3' && storage.endpoint === undefined && stsEndpoint === undefined
    if (isAws && !issuer.startsWith('https:')) {
      throw new HeadgateError(
        'bad-request',
        `AWS trusts only tokens of an issuer that publishes its keys over https, but the URL of this server is ${issuer}: set HEADGATE_PUBLIC_URL to an https URL that AWS can reach.`,
      )
    }
  }
}
