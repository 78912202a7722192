import { missingMetadataFile } from './metadata-file.ts'
import type { Target } from './target.ts'

/**
 * Checks whether the metadata file of a relation exists. Does nothing for storage where this check needs a network
 * request.
 *
 * @throws HeadgateError `no-such-file`
 */
export function checkMetadataFile({ warehouse, relation }: Target): void {
  const { metadataLocation } = relation
  if (warehouse.storage.existsSync?.(metadataLocation) === false) throw missingMetadataFile(metadataLocation)
}
