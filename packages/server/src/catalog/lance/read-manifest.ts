import { HeadgateError } from '@headgate/errors'
import { type Manifest, ManifestError, readManifest as decode } from '@headgate/lance/format'
import type { Storage } from '@headgate/storage'
import type { FoundManifest } from './find-manifest.ts'

/**
 * Reads and decodes a manifest file of a Lance table.
 *
 * @throws HeadgateError `invalid-table-state` when the file is not a Lance manifest
 */
export async function readManifest(
  storage: Storage,
  { location }: Pick<FoundManifest, 'location'>,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Manifest> {
  const bytes = await storage.getBytes(location, { maxBytes, signal })
  try {
    return decode(bytes)
  } catch (cause) {
    if (!(cause instanceof ManifestError)) throw cause
    throw new HeadgateError(
      'invalid-table-state',
      `The newest manifest of the table cannot be read. ${cause.message} Restore an earlier version of the table, or write it again.`,
      { cause },
    )
  }
}
