import type { Manifest } from '@headgate/lance/format'
import type { CatalogDeps } from '../deps.ts'
import type { Target } from '../target.ts'
import { findVersion, type NamedVersion, requireWritten } from './find-version.ts'
import { findLatestVersion } from './hidden-versions.ts'
import { readManifest } from './read-manifest.ts'

/**
 * Reads the manifest of one version of a Lance table.
 *
 * @returns null when the request names no version and no version of the declared table was written yet
 * @throws HeadgateError of `findVersion`
 */
export async function describeVersion(
  deps: Pick<CatalogDeps, 'sql' | 'maxMetadataBytes'>,
  target: Target,
  named: NamedVersion,
  signal: AbortSignal,
): Promise<Manifest | null> {
  const found = await findVersion(deps, target, named, signal)
  return found === null
    ? null
    : await readManifest(target.warehouse.storage, found, deps.maxMetadataBytes, signal)
}

/**
 * Reads the manifest of a version of a Lance table. Fails when the table was only declared.
 *
 * @throws HeadgateError of `requireWritten`
 */
export async function readVersion(
  deps: Pick<CatalogDeps, 'sql' | 'maxMetadataBytes'>,
  target: Target,
  named: NamedVersion,
  signal: AbortSignal,
): Promise<Manifest> {
  const found = await requireWritten(deps, target, named, signal)
  return await readManifest(target.warehouse.storage, found, deps.maxMetadataBytes, signal)
}

/** Returns whether a Lance table was declared, but no version of it was written. */
export async function isOnlyDeclared(
  deps: Pick<CatalogDeps, 'sql'>,
  target: Target,
  signal: AbortSignal,
): Promise<boolean> {
  return (await findLatestVersion(deps, target, null, signal)) === null
}
