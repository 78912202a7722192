import { HeadgateError } from '@headgate/errors'
import type { S3Store } from '../../catalog/warehouses.ts'
import type { S3Keys } from '../../storage/s3-options.ts'
import type { PolicyDialect } from '../policy/iam-pattern.ts'
import { iamPolicy } from '../policy/iam-policy.ts'
import type { StorageAccess, Vendor, VendRequest } from '../vendor.ts'
import { vendingOf } from '../vending-of.ts'
import type { VendingProfile } from '../../catalog/vending-profile.ts'
import { callSts } from './sts-call.ts'
import { dialectOf, stsEndpointOf } from './sts-endpoint.ts'
import { sessionNameOf, sessionTagsOf } from './sts-session.ts'
import { StorageKeys } from './storage-keys.ts'

type StsProfile = Extract<VendingProfile, { readonly mode: 'sts' }>

/** Where web identities come from. */
export interface WebIdentityTokens {
  /**
   * A token that the service behind `request.warehouse` takes.
   *
   * @throws HeadgateError `forbidden` when the caller has none
   */
  tokenFor(
    identity: 'server-token' | 'user-token',
    request: VendRequest,
    signal?: AbortSignal,
  ): Promise<string>
}

export interface StsVendorOptions {
  /** Without it, warehouses that ask with a web identity get nothing. */
  readonly tokens?: WebIdentityTokens
  readonly keys?: StorageKeys
  /** Epoch ms. */
  readonly now?: () => number
}

/** A service takes no shorter time; where it is not told one, a web identity's own end counts. */
const minDurationSeconds = 900
const maxDurationSeconds = 43_200

/**
 * Sessions of a security token service: AssumeRole with the warehouse's own keys, or AssumeRoleWithWebIdentity. An inline
 * policy narrows each to the scope that is asked for.
 */
export class StsVendor implements Vendor {
  readonly #options: StsVendorOptions
  readonly #keys: StorageKeys

  constructor(options: StsVendorOptions = {}) {
    this.#options = options
    this.#keys = options.keys ?? new StorageKeys()
  }

  async vend(request: VendRequest, signal?: AbortSignal): Promise<StorageAccess> {
    const { now = Date.now } = this.#options
    const { warehouse, notAfter } = request
    const { store } = warehouse
    const profile = vendingOf(warehouse)
    if (profile.mode !== 'sts' || store === null)
      throw new HeadgateError('internal', `Warehouse ${warehouse.name} has no security token service.`)
    const endpoint = stsEndpointOf(profile, store)
    const { action, parameters, keys } = await this.#proof(request, profile, store, signal)
    const credentials = await callSts({
      endpoint,
      region: store.region,
      keys,
      signal,
      now,
      parameters: [
        ['Action', action],
        ['Version', '2011-06-15'],
        ['RoleSessionName', sessionNameOf(request)],
        ...(profile.roleArn === undefined ? [] : [['RoleArn', profile.roleArn] as const]),
        ['Policy', policyFor(request, profile, dialectOf(endpoint, store))],
        ...durationOf(notAfter - now(), keys),
        ...parameters,
      ],
    })
    // Clients believe what they are told: that it ends when it was meant to, if it does not end before.
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
    request: VendRequest,
    profile: StsProfile,
    store: S3Store,
    signal: AbortSignal | undefined,
  ): Promise<Proof> {
    const { identity = 'keys' } = profile
    if (identity !== 'keys') {
      const token = await this.#options.tokens?.tokenFor(identity, request, signal)
      if (token === undefined)
        throw new HeadgateError('internal', `This server has no ${identity} for a security token service.`)
      return {
        action: 'AssumeRoleWithWebIdentity',
        parameters: [['WebIdentityToken', token]],
        keys: null,
      }
    }
    const tags = profile.sessionTags === true ? sessionTagsOf(request) : []
    return {
      action: 'AssumeRole',
      keys: await this.#keys.of(store),
      parameters: [
        ...(profile.externalId === undefined ? [] : [['ExternalId', profile.externalId] as const]),
        ...tags.flatMap(([key, value], index) => [
          [`Tags.member.${index + 1}.Key`, key] as const,
          [`Tags.member.${index + 1}.Value`, value] as const,
        ]),
      ],
    }
  }
}

interface Proof {
  readonly action: string
  readonly parameters: readonly (readonly [string, string])[]
  readonly keys: S3Keys | null
}

function durationOf(ms: number, keys: S3Keys | null): [string, string][] {
  const seconds = Math.min(maxDurationSeconds, Math.floor(ms / 1000))
  if (seconds >= minDurationSeconds) return [['DurationSeconds', String(seconds)]]
  return keys === null ? [] : [['DurationSeconds', String(minDurationSeconds)]]
}

function policyFor(
  { scope }: VendRequest,
  { roleArn, kmsKeyArns = [] }: StsProfile,
  dialect: PolicyDialect,
): string {
  const partition = /^arn:([\w-]+):/.exec(roleArn ?? '')?.[1]
  return iamPolicy({
    scope,
    dialect,
    kmsKeyArns,
    ...(partition === undefined || dialect === 'plain' ? {} : { partition }),
  })
}
