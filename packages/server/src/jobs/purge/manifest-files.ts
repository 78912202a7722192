import type { Readable } from 'node:stream'
import { isHeadgateError } from '@headgate/errors'
import {
  AvroError,
  readManifest as readEntries,
  readManifestList as readManifests,
} from '@headgate/iceberg/manifest'
import type { Storage } from '@headgate/storage'

/**
 * Outcome of a read. `missing`: the file does not exist. An earlier run deleted the file after all files that this file
 * names. `unreadable`: the file is not a manifest, or is a manifest of an unknown kind, such as an encrypted manifest.
 */
export type ManifestReading = 'read' | 'missing' | 'unreadable'

type Take = (paths: readonly string[]) => Promise<void>

/** Passes the manifests that a manifest list names to `take`, some hundred at a time. */
export function readManifestList(
  storage: Storage,
  location: string,
  signal: AbortSignal,
  take: Take,
): Promise<ManifestReading> {
  return readPaths(storage, location, signal, async (body) => {
    for await (const manifests of readManifests(body)) {
      signal.throwIfAborted()
      await take(manifests.map(({ path }) => path))
    }
  })
}

/**
 * Passes the files that a manifest names as live to `take`: data files, delete files, and the Puffin files of deletion
 * vectors. Entries with status deleted belong to earlier snapshots.
 */
export function readManifest(
  storage: Storage,
  location: string,
  signal: AbortSignal,
  take: Take,
): Promise<ManifestReading> {
  return readPaths(storage, location, signal, async (body) => {
    for await (const entries of readEntries(body)) {
      signal.throwIfAborted()
      await take(entries.filter(({ status }) => status !== 'deleted').map(({ file }) => file.path))
    }
  })
}

async function readPaths(
  storage: Storage,
  location: string,
  signal: AbortSignal,
  read: (body: Readable) => Promise<void>,
): Promise<ManifestReading> {
  let body: Readable
  try {
    body = (await storage.get(location, { signal })).body
  } catch (error) {
    if (isHeadgateError(error, 'no-such-file')) return 'missing'
    if (isHeadgateError(error, 'bad-request')) return 'unreadable'
    throw error
  }
  try {
    await read(body)
    return 'read'
  } catch (error) {
    if (error instanceof AvroError) return 'unreadable'
    throw error
  } finally {
    body.destroy()
  }
}
