import { HeadgateError } from '@headgate/errors'
import { formatIdentifier } from '@headgate/iceberg/rest'
import type { Int64 } from '@headgate/json'
import type { Manifest } from '@headgate/lance/format'
import type { CatalogDeps } from '../deps.ts'
import type { Target } from '../target.ts'
import { findLatestManifest, findManifest, type FoundManifest } from './find-manifest.ts'
import { readManifest } from './read-manifest.ts'

/**
 * Reads the manifest of one version of a Lance table.
 *
 * @param version null: the latest version
 * @returns null when the table was declared, but no version was written
 * @throws HeadgateError `no-such-version`
 */
export async function describeVersion(
  { maxMetadataBytes }: Pick<CatalogDeps, 'maxMetadataBytes'>,
  target: Target,
  version: Int64 | null,
  signal: AbortSignal,
): Promise<Manifest | null> {
  const { storage } = target.warehouse
  const found =
    version === null
      ? await findLatestManifest(storage, target.relation.location, signal)
      : await requireVersion(target, version, signal)
  return found === null ? null : await readManifest(storage, found, maxMetadataBytes, signal)
}

/** Returns whether a Lance table was declared, but no version of it was written. */
export async function isOnlyDeclared({ warehouse, relation }: Target, signal: AbortSignal): Promise<boolean> {
  return (await findLatestManifest(warehouse.storage, relation.location, signal)) === null
}

/**
 * Finds the manifest of one version.
 *
 * @throws HeadgateError `no-such-version`
 */
export async function requireVersion(
  { warehouse, relation, identifier }: Target,
  version: Int64,
  signal: AbortSignal,
): Promise<FoundManifest> {
  const found =
    typeof version === 'number' && version > 0
      ? await findManifest(warehouse.storage, relation.location, version, signal)
      : null
  if (found !== null) return found
  throw new HeadgateError(
    'no-such-version',
    `Table ${formatIdentifier(identifier)} has no version ${version}.`,
  )
}
