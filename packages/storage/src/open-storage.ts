import type { EndpointGuard } from './endpoint-guard.ts'
import { fileModes } from './file-modes.ts'
import { canonicalPrefix } from './location-relations.ts'
import { parseLocation } from './location.ts'
import { Relabelled } from './relabelled.ts'
import type { S3StorageOptions } from './s3-options.ts'
import type { S3StorageProfile, StorageProfile } from './storage-profile.ts'
import { inaccessibleStorage } from './storage-on-demand.ts'
import type { Storage } from './storage.ts'

/**
 * Opens the storage that a storage profile describes. Loads only the code that this type of storage needs.
 *
 * @param mustBeThere whether a missing directory causes an error; otherwise it is created
 * @param guard checks the connections to an endpoint; absent if the operator configured the profile, whose endpoint
 *   then needs no check
 */
export async function openStorage(
  profile: StorageProfile,
  mustBeThere = false,
  guard?: EndpointGuard,
): Promise<Storage> {
  if (profile.type === 'file') {
    const { FileStorage } = await import('./file.ts')
    const modes = fileModes(profile.fileMode)
    const storage = new FileStorage({ roots: [profile.root], mustBeThere, modes })
    if (profile.bucket === undefined) return storage
    const to = canonicalPrefix(parseLocation(profile.root))
    return new Relabelled({ storage, from: `s3://${profile.bucket}/`, to })
  }
  if (profile.credentials === 'none')
    return inaccessibleStorage(
      `This server has no access to s3://${profile.bucket}: it stores no keys for this storage.`,
    )
  const { S3Storage } = await import('./s3.ts')
  return S3Storage.open({ ...s3Options(profile), ...(guard === undefined ? {} : { guard }) })
}

function s3Options(profile: S3StorageProfile): S3StorageOptions {
  const { bucket, region, prefix, endpoint, pathStyle, accessKeyId, secretAccessKey, sessionToken } = profile
  const keys =
    accessKeyId === undefined || secretAccessKey === undefined
      ? undefined
      : { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
  return {
    bucket,
    region,
    credentials: keys ?? 'default-chain',
    ...(prefix === undefined ? {} : { prefix }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(pathStyle === undefined ? {} : { pathStyle }),
  }
}
