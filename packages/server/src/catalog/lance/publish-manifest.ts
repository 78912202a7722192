import { HeadgateError, isHeadgateError } from '@headgate/errors'
import type { CommitDeps } from '../commit/deps.ts'
import type { Target } from '../target.ts'
import { branchLocation } from './branch-location.ts'
import { findLatestManifest, type FoundManifest } from './find-manifest.ts'
import { conflict, type PlannedVersion } from './plan-version.ts'
import { manifestDigest } from './settle-versions.ts'

/** Time limit for the removal of a manifest after a request has failed. */
const withdrawMs = 10_000

/**
 * Writes the manifest of a version under its final name, if no client has committed this version. Clients that do not use
 * the server commit with the same conditional write, so the storage decides between all of them.
 *
 * @throws HeadgateError `commit-failed` when the version has another manifest
 */
export async function publishManifest(
  { now, maxMetadataBytes: maxBytes }: CommitDeps,
  target: Target,
  { version, scheme, location, staged, bytes, exists }: PlannedVersion,
  signal: AbortSignal,
): Promise<FoundManifest> {
  const { storage, name } = target.warehouse
  const size = bytes.length
  if (!storage.capabilities.conditionalPut)
    throw new HeadgateError(
      'unsupported',
      `The storage of warehouse ${name} has no conditional writes, which commits of versions need.`,
    )
  if (!exists && staged !== location) {
    try {
      const { etag } = await storage.put(location, bytes, { ifAbsent: true, signal })
      return { version, scheme, location, size, etag, writtenAt: now() }
    } catch (error) {
      if (!isHeadgateError(error, 'precondition-failed')) throw error
    }
  }
  const info = await storage.head(location, { signal })
  const stored = info?.size === size ? await storage.getBytes(location, { maxBytes, signal }) : null
  if (info === null || stored?.equals(bytes) !== true)
    throw conflict(target, version, 'another client has committed this version')
  const { etag, lastModified: writtenAt } = info
  return { version, scheme, location, size, etag, writtenAt }
}

/**
 * Removes the manifest of a version after its commit was refused. Keeps the manifest of another client, and a manifest
 * that a later version follows, because that version contains its changes.
 */
export async function withdrawManifest(
  { maxMetadataBytes: maxBytes }: Pick<CommitDeps, 'maxMetadataBytes'>,
  { warehouse, relation }: Target,
  { version, branch, location, digest }: PlannedVersion,
): Promise<void> {
  const signal = AbortSignal.timeout(withdrawMs)
  const { storage } = warehouse
  const latest = await findLatestManifest(storage, branchLocation(relation.location, branch), signal)
  if (latest?.version !== version) return
  if (manifestDigest(await storage.getBytes(location, { maxBytes, signal })) !== digest) return
  await storage.delete(location, { signal })
}

/** Deletes the manifests under the names that clients chose. They are no longer needed after the commit. */
export async function deleteStaged(
  { log }: Pick<CommitDeps, 'log'>,
  { warehouse }: Pick<Target, 'warehouse'>,
  versions: readonly Pick<PlannedVersion, 'staged' | 'location'>[],
): Promise<void> {
  const locations = versions.filter(({ staged, location }) => staged !== location).map(({ staged }) => staged)
  if (locations.length === 0) return
  try {
    const signal = AbortSignal.timeout(withdrawMs)
    await warehouse.storage.deleteMany(locations, { signal })
  } catch (err) {
    log.warn({ err, warehouse: warehouse.name }, 'staged manifests were not deleted')
  }
}
