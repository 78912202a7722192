import type { RelationState } from './relation-state.ts'

/**
 * Difference between a table or view of the source catalog and the object with the same name in the target catalog.
 *
 * - `same`: both have the same metadata file
 * - `target-newer`: the target has commits on top of the metadata file of the source
 * - `source-newer`: the source has commits on top of the metadata file of the target
 * - `diverged`: each catalog has commits that the other lacks, or the metadata does not list enough earlier files to
 * decide
 * - `other-kind`, `other-uuid`: the target has a different table or view with this name
 */
export type Difference = 'same' | 'target-newer' | 'source-newer' | 'diverged' | 'other-kind' | 'other-uuid'

/** Compares a table or view of the source catalog with the object that has the same name in the target catalog. */
export function compareStates(source: RelationState, target: RelationState): Difference {
  if (source.kind !== target.kind) return 'other-kind'
  if (source.uuid !== target.uuid) return 'other-uuid'
  const [sourceFile, targetFile] = [source.metadataLocation, target.metadataLocation]
  if (sourceFile === targetFile) return 'same'
  if (sourceFile !== null && target.earlierFiles.includes(sourceFile)) return 'target-newer'
  if (targetFile !== null && source.earlierFiles.includes(targetFile)) return 'source-newer'
  return 'diverged'
}

/** Returns whether the target catalog has every commit that the source catalog has. */
export function isImported(difference: Difference): boolean {
  return difference === 'same' || difference === 'target-newer'
}
