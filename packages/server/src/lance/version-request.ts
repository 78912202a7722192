import type { CreateTableVersionEntry, CreateTableVersionRequest } from '@headgate/lance/model'
import type { VersionRequest } from '../catalog/lance/plan-version.ts'
import { checkProperties } from '../catalog/check-properties.ts'

/** Decodes the version that a request commits. */
export function toVersionRequest({
  version,
  branch,
  manifest_path: manifestPath,
  manifest_size: manifestSize,
  naming_scheme: namingScheme,
  metadata = {},
}: CreateTableVersionRequest | CreateTableVersionEntry): VersionRequest {
  checkProperties(metadata)
  return { version, branch: branch ?? null, manifestPath, manifestSize, namingScheme, metadata }
}
