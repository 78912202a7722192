import { HeadgateError } from '@headgate/errors'
import type { VendingProfile } from './vending-profile.ts'
import type { FileStorageProfile, S3StorageProfile, StorageProfile } from '../storage/storage-profile.ts'

/** The longest that a security token service hands anything out for, in seconds. */
const maxStsSeconds = 43_200
/** The shortest that it does for keys. */
const minStsSeconds = 900

/**
 * Refuses a way of handing out storage access that cannot work on a storage.
 *
 * @throws HeadgateError `bad-request` with a sentence that says what to change
 */
export function checkVending(profile: StorageProfile, vending: VendingProfile): void {
  const problem = contradiction(profile, vending)
  if (problem !== null) throw new HeadgateError('bad-request', problem)
}

/**
 * Whether access is handed out in somebody's name other than that of the warehouse's own keys: the machine's, the
 * server's, or the user's. Whoever decides on that must run the server, because it decides where their tokens go.
 */
export function lendsIdentity(profile: StorageProfile, vending: VendingProfile): boolean {
  if (vending.mode !== 'sts') return false
  if (vending.identity !== undefined && vending.identity !== 'keys') return true
  return profile.type === 's3' && profile.credentials === 'default-chain'
}

/** The bucket as which a directory is seen, if it is. */
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
    'Vending mode gateway on local disk needs a bucket name for the directory, by which clients see it: give storage.bucket.',
  sts: 'Vending mode sts needs storage of type s3: a local directory has no security token service; use gateway with a bucket name.',
  'remote-signing':
    'Vending mode remote-signing needs storage of type s3: requests to a local directory cannot be signed; use gateway with a bucket name.',
  static:
    'Vending mode static needs storage with static keys: a local directory has none; use gateway with a bucket name.',
}

function onS3(profile: S3StorageProfile, vending: VendingProfile): string | null {
  if (vending.mode === 'static' && profile.accessKeyId === undefined) {
    return 'Vending mode static needs storage with static keys: those of the machine that the server runs on never leave it; use sts, gateway or remote-signing.'
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
    return 'externalId belongs to identity keys: a role that is assumed with a web identity takes none.'
  if (identity === 'server-token' && sessionTags === true)
    return 'sessionTags belong to identity keys or user-token: whoever issues the token of the server says what is in it.'
  if (identity !== 'user-token' && (tokenAudience !== undefined || tokenClaims !== undefined))
    return 'tokenAudience and tokenClaims belong to identity user-token: no other token is made by this server.'
  if (externalId !== undefined && roleArn === undefined) return 'externalId needs roleArn.'
  if (lifetimeSeconds !== undefined && lifetimeSeconds > maxStsSeconds)
    return `A security token service hands out nothing for longer than ${maxStsSeconds} seconds: lower lifetimeSeconds.`
  if (identity === 'keys' && lifetimeSeconds !== undefined && lifetimeSeconds < minStsSeconds)
    return `A security token service hands out nothing for less than ${minStsSeconds} seconds: raise lifetimeSeconds.`
  return null
}
