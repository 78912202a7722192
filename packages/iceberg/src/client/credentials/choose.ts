import { hasKeys, storageKindOf } from './keys.ts'
import type { StorageCredential } from './storage-credential.ts'

/**
 * The credential for a location: the one with the longest prefix among those that cover it and have keys. undefined
 * when there is none.
 */
export function chooseCredential(
  credentials: readonly StorageCredential[],
  location: string,
): StorageCredential | undefined {
  const kind = storageKindOf(location)
  return credentials
    .filter(({ prefix, config }) => covers(prefix, location) && hasKeys(kind, config))
    .reduce<StorageCredential | undefined>(
      (best, next) => (best === undefined || next.prefix.length > best.prefix.length ? next : best),
      undefined,
    )
}

/**
 * Whether a location is what a prefix names, or below it. Segments count: `s3://b/t1` does not cover `s3://b/t10`.
 * A prefix may also be a mere scheme: `s3`.
 */
export function covers(prefix: string, location: string): boolean {
  const above = plain(prefix)
  const below = plain(location)
  if (above === '' || above.endsWith('://')) return below.startsWith(above)
  if (!above.includes('/')) return below.startsWith(`${above.replace(/:$/, '')}:`)
  const folder = above.endsWith('/') ? above : `${above}/`
  return `${below}/`.startsWith(folder)
}

/** One spelling for the schemes of S3. */
const plain = (location: string): string => location.replace(/^s3[an](?=:|$)/i, 's3')
