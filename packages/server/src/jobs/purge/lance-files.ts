import type { Warehouse } from '../../catalog/warehouses.ts'
import type { PurgedFiles } from './purged-files.ts'
import { sweepLocation } from './sweep-location.ts'

/**
 * Folders of the files of a Lance table, in the order of their deletion. The manifests (`_versions`) are deleted after
 * all files that they name.
 */
const folders = ['data', '_deletions', '_indices', '_transactions', 'tree', '_refs', '_versions'] as const

/**
 * Deletes the files of a Lance table. A location that a client chose may contain other files, so only the folders of the
 * format are deleted.
 */
export async function purgeLanceFiles(
  { storage }: Pick<Warehouse, 'storage'>,
  location: string,
  signal: AbortSignal,
  files: PurgedFiles,
): Promise<void> {
  for (const folder of folders) await sweepLocation(storage, `${location}/${folder}`, null, signal, files)
}
