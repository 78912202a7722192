import { createHash } from 'node:crypto'
import { isHeadgateError } from '@headgate/errors'
import type { Storage } from '@headgate/storage'
import {
  abortBatch,
  listOpenVersions,
  lockHidden,
  type OpenVersion,
  setVersionState,
} from '../../store/lance-versions.ts'
import type { CatalogDeps } from '../deps.ts'
import { findManifest } from './find-manifest.ts'

type SettleDeps = Pick<CatalogDeps, 'sql' | 'maxMetadataBytes'>

/** Lance table in its storage. */
export interface StoredTable {
  readonly relationId: string
  readonly storage: Storage
}

/** Completes what killed processes left: settles batches, and removes the manifests of deleted versions. */
export async function settleVersions(
  deps: SettleDeps,
  table: StoredTable,
  signal: AbortSignal,
): Promise<void> {
  const open = await settleBatches(deps, table, signal)
  const deleted = open.filter(({ state }) => state === 'deleted')
  await removeHidden(deps, table.storage, deleted, signal)
}

/**
 * Aborts expired batches, and removes the manifests of aborted versions. Commits do this first, because such a manifest
 * can have the name of the next version.
 *
 * @returns versions that are still hidden: those that a running batch has reserved, and deleted ones
 */
export async function settleBatches(
  deps: SettleDeps,
  { relationId, storage }: StoredTable,
  signal: AbortSignal,
): Promise<readonly OpenVersion[]> {
  const open = await listUnsettled(deps, relationId)
  if (open.length === 0) return open
  const expired = new Set(open.flatMap(({ isExpired, batchId }) => (isExpired ? [batchId] : [])))
  for (const batchId of expired)
    if (batchId !== null)
      await removeHidden(deps, storage, await abortBatch(deps.sql, batchId, false), signal)
  const aborted = open.filter(({ state }) => state === 'aborted')
  await removeHidden(deps, storage, aborted, signal)
  return expired.size + aborted.length === 0 ? open : await listUnsettled(deps, relationId)
}

async function listUnsettled({ sql }: SettleDeps, relationId: string): Promise<readonly OpenVersion[]> {
  return (await listOpenVersions(sql, relationId)).filter(({ state }) => state !== 'removed')
}

/** Removes the manifests of versions that are aborted or deleted. */
export async function removeHidden(
  deps: SettleDeps,
  storage: Storage,
  versions: readonly OpenVersion[],
  signal: AbortSignal,
): Promise<void> {
  for (const version of versions)
    // Without the lock, another process could also remove this version, and could thereby delete the manifest of a new
    // commit with the same name.
    await deps.sql.transaction(
      async (tx) => {
        if (!(await lockHidden(tx, version))) return
        const remains = version.state === 'aborted' && (await staysInHistory(deps, storage, version, signal))
        if (!remains) await storage.delete(version.manifest, { signal })
        await setVersionState(tx, version, remains ? 'committed' : 'removed')
      },
      { signal },
    )
}

/**
 * Returns whether an aborted version remains: a client that does not use the server committed another manifest for it,
 * or a later version, which contains its changes.
 */
async function staysInHistory(
  deps: SettleDeps,
  storage: Storage,
  { manifest, version, digest }: OpenVersion,
  signal: AbortSignal,
): Promise<boolean> {
  const stored = await digestOf(deps, storage, manifest, signal)
  if (stored !== null && stored !== digest) return true
  const location = manifest.slice(0, manifest.lastIndexOf('/_versions/'))
  return stored !== null && (await findManifest(storage, location, version + 1, signal)) !== null
}

async function digestOf(
  { maxMetadataBytes: maxBytes }: SettleDeps,
  storage: Storage,
  location: string,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    return manifestDigest(await storage.getBytes(location, { maxBytes, signal }))
  } catch (error) {
    if (isHeadgateError(error, 'no-such-file')) return null
    throw error
  }
}

/** Returns the SHA-256 of a manifest, in hex. */
export function manifestDigest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
