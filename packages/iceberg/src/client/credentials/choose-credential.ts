import { hasKeys, toStorageKind } from './keys.ts'
import type { StorageCredential } from './storage-credential.ts'

/**
 * Returns the credential for a location: of the credentials that cover the location and contain keys for its storage,
 * the credential with the longest prefix. Returns undefined if no credential covers the location and contains such
 * keys.
 */
export function chooseCredential(
  credentials: readonly StorageCredential[],
  location: string,
): StorageCredential | undefined {
  const kind = toStorageKind(location)
  return credentials
    .filter(({ prefix, config }) => covers(prefix, location) && hasKeys(kind, config))
    .reduce<StorageCredential | undefined>(
      (best, next) => (best === undefined || next.prefix.length > best.prefix.length ? next : best),
      undefined,
    )
}

/**
 * Returns whether a location is equal to a prefix or within it, in whole segments: `s3://b/t1` does not cover
 * `s3://b/t10`. A prefix can also be only a scheme, such as `s3`: it then covers all locations with this scheme.
 */
export function covers(prefix: string, location: string): boolean {
  const start = normalizeScheme(prefix)
  const path = normalizeScheme(location)
  if (start === '' || start.endsWith('://')) return path.startsWith(start)
  if (!start.includes('/')) return path.startsWith(`${start.replace(/:$/, '')}:`)
  const folder = start.endsWith('/') ? start : `${start}/`
  return `${path}/`.startsWith(folder)
}

/** Replaces `s3a` and `s3n`, other names of the scheme of S3, by `s3`. */
const normalizeScheme = (location: string): string => location.replace(/^s3[an](?=:|$)/i, 's3')
