import { HeadgateError } from '@headgate/errors'
import type { VendingProfile } from './vending-profile.ts'
import type { FileStorageProfile, S3StorageProfile, StorageProfile } from '@headgate/storage'

/** Maximum lifetime of the credentials of a security token service (STS), in seconds. */
const maxStsSeconds = 43_200
/** Minimum lifetime of the credentials of a security token service (STS), in seconds. */
const minStsSeconds = 900

/**
 * Refuses a vending profile (the configuration of storage access) that cannot work with the storage of the
 * warehouse.
 *
 * @throws HeadgateError `bad-request` that names the setting to change
 */
export function checkVending(profile: StorageProfile, vending: VendingProfile): void {
  const problem = contradiction(profile, vending)
  if (problem !== null) throw new HeadgateError('bad-request', problem)
}

/**
 * Returns whether storage credentials are obtained with an identity other than the warehouse's own keys: that
 * of the machine, the server or the user. Only callers that administer the server may configure this, because
 * the configuration decides which service receives tokens of this identity.
 */
export function lendsIdentity(profile: StorageProfile, vending: VendingProfile): boolean {
  if (vending.mode !== 'sts') return false
  if (vending.identity !== undefined && vending.identity !== 'keys') return true
  return profile.type === 's3' && profile.credentials === 'default-chain'
}

/**
 * Returns the bucket name under which S3 clients access a local directory. Returns null for a warehouse in
 * S3, and for a directory without a bucket name.
 */
export function bucketOfDirectory(profile: StorageProfile): string | null {
  return profile.type === 'file' ? (profile.bucket ?? null) : null
}

function contradiction(profile: StorageProfile, vending: VendingProfile): string | null {
  return profile.type === 's3' ? onS3(profile, vending) : onDisk(profile, vending)
}

function onDisk(profile: FileStorageProfile, { mode }: VendingProfile): string | null {
  if (mode === 'none' || (mode === 'gateway' && bucketOfDirectory(profile) !== null)) return null
  return unfitOnDisk[mode]
}

const unfitOnDisk: Readonly<Record<Exclude<VendingProfile['mode'], 'none'>, string>> = {
  gateway:
    'Vending mode gateway on local disk needs a bucket name under which clients reach the directory: set storage.bucket.',
  sts: 'Vending mode sts needs storage of type s3, because a local directory has no security token service: use gateway with a bucket name.',
  'remote-signing':
    'Vending mode remote-signing needs storage of type s3, because requests to a local directory cannot be signed: use gateway with a bucket name.',
  pass: 'Vending mode pass is only for upstream warehouses: set upstream.credentials.',
  static:
    'Vending mode static needs storage with static keys, and a local directory has none: use gateway with a bucket name.',
}

function onS3(profile: S3StorageProfile, vending: VendingProfile): string | null {
  if (profile.credentials === 'none' && vending.mode !== 'none' && vending.mode !== 'gateway')
    return `Vending mode ${vending.mode} needs keys of the storage: set them, or use upstream.credentials relay or pass.`
  if (vending.mode === 'static' && profile.accessKeyId === undefined) {
    return 'Vending mode static needs storage with static keys, and the server never sends the keys of its machine to clients: use sts, gateway or remote-signing.'
  }
  return vending.mode === 'sts' ? onSts(profile, vending) : null
}

function onSts(
  profile: S3StorageProfile,
  vending: Extract<VendingProfile, { readonly mode: 'sts' }>,
): string | null {
  const { identity = 'keys', roleArn, externalId, sessionTags, lifetimeSeconds } = vending
  const { tokenAudience, tokenClaims } = vending
  const isAws = profile.endpoint === undefined && vending.stsEndpoint === undefined
  if (roleArn === undefined && isAws) return 'Vending mode sts at AWS needs roleArn, the role to assume.'
  if (identity !== 'keys' && externalId !== undefined)
    return 'externalId needs identity keys, because a role that is assumed with a web identity has no external id.'
  if (identity === 'server-token' && sessionTags === true)
    return 'sessionTags need vending.identity "keys" or "user-token". With "server-token", the server sends a token of another issuer and cannot add tags to it.'
  if (identity !== 'user-token' && (tokenAudience !== undefined || tokenClaims !== undefined))
    return 'tokenAudience and tokenClaims need identity user-token: the server mints no other token.'
  if (externalId !== undefined && roleArn === undefined) return 'externalId needs roleArn.'
  if (lifetimeSeconds !== undefined && lifetimeSeconds > maxStsSeconds)
    return `A security token service mints no credential with a lifetime of more than ${maxStsSeconds} seconds: lower lifetimeSeconds.`
  if (identity === 'keys' && lifetimeSeconds !== undefined && lifetimeSeconds < minStsSeconds)
    return `A security token service mints no credential with a lifetime of less than ${minStsSeconds} seconds: raise lifetimeSeconds.`
  return null
}
