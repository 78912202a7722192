import type { TableVersion } from '@headgate/lance/model'
import type { FoundManifest } from '../catalog/lance/find-manifest.ts'

/** Encodes a table version. Clients expect the path of the manifest without scheme and bucket. */
export function toTableVersion({ version, location, size, etag, writtenAt }: FoundManifest): TableVersion {
  return {
    version,
    manifest_path: location.replace(/^[a-z0-9+.-]+:\/\/[^/]*\//i, ''),
    manifest_size: size,
    e_tag: etag,
    timestamp_millis: Math.trunc(writtenAt),
  }
}
