import type { S3StorageOptions } from './s3-options.ts'
import type { S3StorageProfile, StorageProfile } from './storage-profile.ts'
import type { Storage } from './storage.ts'

/** Opens the storage that a profile describes, and loads only the code that it needs. */
export async function openStorage(profile: StorageProfile): Promise<Storage> {
  if (profile.type === 'file') {
    const { FileStorage } = await import('./file.ts')
    return new FileStorage({ roots: [profile.root] })
  }
  const { S3Storage } = await import('./s3.ts')
  return S3Storage.open(s3Options(profile))
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
