import type { TableVersion } from '@headgate/lance/model'
import type { CommittedVersion } from '../catalog/lance/create-version.ts'
import type { FoundManifest } from '../catalog/lance/find-manifest.ts'
import { withoutBucket } from '../catalog/lance/plan-version.ts'

/** Encodes a version. Clients expect the path of the manifest without scheme and bucket. */
export function toTableVersion(
  { version, location, size, etag, writtenAt }: FoundManifest,
  metadata: CommittedVersion['metadata'] = {},
): TableVersion {
  return {
    version,
    manifest_path: withoutBucket(location),
    manifest_size: size,
    e_tag: etag,
    timestamp_millis: Math.trunc(writtenAt),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  }
}
