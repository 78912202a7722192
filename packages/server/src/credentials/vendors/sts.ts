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
import { resolveDialect, resolveStsEndpoint } from './sts-endpoint.ts'
import { toSessionName, toSessionTags } from './sts-session.ts'
import { StorageKeys } from './storage-keys.ts'

type StsProfile = Extract<VendingProfile, { readonly mode: 'sts' }>
/** Kind of web identity: the server's own token, or a token that the server mints for the user. */
type WebIdentity = Exclude<NonNullable<StsProfile['identity']>, 'keys'>

/** Object that provides the web identities of the server and of users. */
interface WebIdentityTokens {
  /**
   * Returns a web identity for the security token service of `grant.warehouse`.
   *
   * @param expiresAt expiry of the requested credential in epoch ms
   *
   * @throws HeadgateError `unavailable` when no token is available
   */
  tokenFor(identity: WebIdentity, grant: StorageGrant, expiresAt: number): Promise<string>
}

export interface StsVendorOptions {
  /**
   * Source of web identities. When absent, warehouses that authenticate with a web identity cannot vend credentials.
   */
  readonly tokens?: WebIdentityTokens
  readonly keys?: StorageKeys
  /**
   * Refuses connections to addresses that endpoints of warehouses must not have. Absent when no request can set
   * endpoints.
   */
  readonly endpoints?: EndpointGuard
  /** Returns the current time in epoch ms. Default: `Date.now`. */
  readonly now?: () => number
}

/**
 * Mints sessions of a security token service: AssumeRole with the warehouse's own keys, or AssumeRoleWithWebIdentity.
 * An inline policy restricts each session to the locations of the grant.
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
      throw new HeadgateError(
        'internal',
        `Warehouse "${warehouse.name}" has no security token service, because its vending mode is not sts or its storage is not S3.`,
      )
    const endpoint = resolveStsEndpoint(profile, store)
    // The duration is computed before the token is minted. The lifetime of a token that is minted later is slightly
    // shorter, and must not shorten the session.
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
        ['RoleSessionName', toSessionName(grant)],
        ...(profile.roleArn === undefined ? [] : [['RoleArn', profile.roleArn] as const]),
        ['Policy', policyFor(grant, profile, resolveDialect(endpoint, store))],
        ...(duration === null ? [] : [['DurationSeconds', String(duration)] as const]),
        ...(identity === 'keys' ? accountParameters(grant, profile) : []),
      ],
    })
    // Clients rely on the expiry in the response, so it is the earlier one of the requested expiry and the expiry of
    // the session.
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
      throw new HeadgateError(
        'internal',
        `This server has no ${identity} with which it could authenticate at a security token service. Use the storage keys of the warehouse instead.`,
      )
    return { parameters: [['WebIdentityToken', token]], keys: null }
  }
}

/**
 * Returns true when the token service is that of AWS, because neither the storage nor the vending profile sets an
 * endpoint.
 */
function isAwsOwn({ stsEndpoint }: StsProfile, { endpoint }: S3Store): boolean {
  return stsEndpoint === undefined && endpoint === null
}

/** Returns the parameters that only AssumeRole accepts, and not AssumeRoleWithWebIdentity. */
function accountParameters(grant: StorageGrant, profile: StsProfile): StsParameters {
  const tags = profile.sessionTags === true ? toSessionTags(grant) : []
  return [
    ...(profile.externalId === undefined ? [] : [['ExternalId', profile.externalId] as const]),
    ...tags.flatMap(([key, value], index) => [
      [`Tags.member.${index + 1}.Key`, key] as const,
      [`Tags.member.${index + 1}.Value`, value] as const,
    ]),
  ]
}

function policyFor(
  { prefixes, permission }: StorageGrant,
  { roleArn, kmsKeyArns = [] }: StsProfile,
  dialect: PolicyDialect,
): string {
  const partition = /^arn:([\w-]+):/.exec(roleArn ?? '')?.[1]
  return iamPolicy({
    scope: { prefixes, permission },
    dialect,
    kmsKeyArns,
    ...(partition === undefined || dialect === 'plain' ? {} : { partition }),
  })
}
