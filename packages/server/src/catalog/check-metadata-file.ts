import { missingMetadataFile } from './metadata-file.ts'
import type { Target } from './target.ts'

/**
 * Checks that the metadata file of a relation exists, if this needs no network request. Does nothing for
 * other kinds of storage.
 *
 * @throws HeadgateError `no-such-file`
 */
export function checkMetadataFile({ warehouse, relation }: Target): void {
  const { metadataLocation } = relation
  if (warehouse.storage.existsSync?.(metadataLocation) === false) throw missingMetadataFile(metadataLocation)
}
