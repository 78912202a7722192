import { HeadgateError } from '@headgate/errors'
import type { EndpointGuard } from '@headgate/storage'
import type { S3Store } from '../../catalog/warehouses.ts'
import type { PolicyDialect } from '../policy/iam-pattern.ts'
import { iamPolicy } from '../policy/iam-policy.ts'
import type { CredentialVendor, MintedKeys } from '../storage-credential.ts'
import type { StorageGrant } from '../storage-grant.ts'
import type { VendingProfile } from '../../catalog/vending-profile.ts'
import { callSts, type StsParameters, type StsProof } from './sts-call.ts'
import { durationFor } from './sts-duration.ts'
import { dialectOf, stsEndpointOf } from './sts-endpoint.ts'
import { sessionNameOf, sessionTagsOf } from './sts-session.ts'
import { StorageKeys } from './storage-keys.ts'

type StsProfile = Extract<VendingProfile, { readonly mode: 'sts' }>
/** Kind of token that proves the identity: the server's own, or one that the server mints for the user. */
export type WebIdentity = Exclude<NonNullable<StsProfile['identity']>, 'keys'>

/** Source of web identities. */
export interface WebIdentityTokens {
  /**
   * Returns a token for the security token service of `grant.warehouse`.
   *
   * @param expiresAt epoch ms
   *
   * @throws HeadgateError `unavailable` when there is no token now
   */
  tokenFor(identity: WebIdentity, grant: StorageGrant, expiresAt: number): Promise<string>
}

export interface StsVendorOptions {
  /** Absent: warehouses that authenticate with a web identity cannot vend. */
  readonly tokens?: WebIdentityTokens
  readonly keys?: StorageKeys
  /** Checks connections to endpoints that a request set. Absent: no request sets endpoints. */
  readonly endpoints?: EndpointGuard
  /** Epoch ms. */
  readonly now?: () => number
}

/**
 * Mints sessions of a security token service: AssumeRole with the warehouse's own keys, or AssumeRoleWithWebIdentity. An
 * inline policy narrows each session to the prefixes of the grant.
 */
export class StsVendor implements CredentialVendor {
  readonly #options: StsVendorOptions
  readonly #keys: StorageKeys

  constructor(options: StsVendorOptions = {}) {
    this.#options = options
    this.#keys = options.keys ?? new StorageKeys()
  }

  async mint(grant: StorageGrant, notAfter: number, signal?: AbortSignal): Promise<MintedKeys> {
    const { now = Date.now } = this.#options
    const { warehouse } = grant
    const { store } = warehouse
    const profile = warehouse.vending
    if (profile.mode !== 'sts' || store === null)
      throw new HeadgateError('internal', `Warehouse "${warehouse.name}" has no security token service.`)
    const endpoint = stsEndpointOf(profile, store)
    // Computed before the token: a token that is minted later has a slightly shorter lifetime, and must not limit the session.
    const { identity = 'keys' } = profile
    const duration = durationFor(notAfter - now(), identity !== 'keys')
    const credentials = await callSts({
      endpoint,
      region: store.region,
      shown: identity,
      prove: () => this.#proof(grant, notAfter, identity, store),
      signal,
      guard: isAwsOwn(profile, store) ? null : (this.#options.endpoints ?? null),
      now,
      parameters: [
        ['Action', identity === 'keys' ? 'AssumeRole' : 'AssumeRoleWithWebIdentity'],
        ['Version', '2011-06-15'],
        ['RoleSessionName', sessionNameOf(grant)],
        ...(profile.roleArn === undefined ? [] : [['RoleArn', profile.roleArn] as const]),
        ['Policy', policyFor(grant, profile, dialectOf(endpoint, store))],
        ...(duration === null ? [] : [['DurationSeconds', String(duration)] as const]),
        ...(identity === 'keys' ? accountParameters(grant, profile) : []),
      ],
    })
    // Clients rely on the expiry in the response. It is the requested one, unless the session expires earlier.
    const expiresAt = Math.min(credentials.expiresAt, notAfter)
    return {
      config: {
        's3.access-key-id': credentials.accessKeyId,
        's3.secret-access-key': credentials.secretAccessKey,
        's3.session-token': credentials.sessionToken,
        's3.session-token-expires-at-ms': String(expiresAt),
        ...warehouse.hints,
      },
      expiresAt,
    }
  }

  async #proof(
    grant: StorageGrant,
    expiresAt: number,
    identity: NonNullable<StsProfile['identity']>,
    store: S3Store,
  ): Promise<StsProof> {
    if (identity === 'keys') return { parameters: [], keys: await this.#keys.get(store) }
    const token = await this.#options.tokens?.tokenFor(identity, grant, expiresAt)
    if (token === undefined)
      throw new HeadgateError('internal', `This server has no ${identity} for a security token service.`)
    return { parameters: [['WebIdentityToken', token]], keys: null }
  }
}

/** Returns true when neither the warehouse nor its vending profile sets an endpoint. */
function isAwsOwn({ stsEndpoint }: StsProfile, { endpoint }: S3Store): boolean {
  return stsEndpoint === undefined && endpoint === null
}

/** Returns parameters that AssumeRole accepts and AssumeRoleWithWebIdentity does not. */
function accountParameters(grant: StorageGrant, profile: StsProfile): StsParameters {
  const tags = profile.sessionTags === true ? sessionTagsOf(grant) : []
  return [
    ...(profile.externalId === undefined ? [] : [['ExternalId', profile.externalId] as const]),
    ...tags.flatMap(([key, value], index) => [
      [`Tags.member.${index + 1}.Key`, key] as const,
      [`Tags.member.${index + 1}.Value`, value] as const,
    ]),
  ]
}

function policyFor(
  { prefixes, permission: access }: StorageGrant,
  { roleArn, kmsKeyArns = [] }: StsProfile,
  dialect: PolicyDialect,
): string {
  const partition = /^arn:([\w-]+):/.exec(roleArn ?? '')?.[1]
  return iamPolicy({
    scope: { prefixes, access },
    dialect,
    kmsKeyArns,
    ...(partition === undefined || dialect === 'plain' ? {} : { partition }),
  })
}
