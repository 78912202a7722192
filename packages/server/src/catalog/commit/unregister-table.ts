import { formatIdentifier } from '@headgate/iceberg/rest'
import { deleteRelation } from '../../store/relation-moves.ts'
import { protectedError } from '../existing.ts'
import { findRelation } from '../find-relation.ts'
import { digestOfText } from '../metadata-digest.ts'
import { type MetadataLimits, readMetadataText } from '../metadata-file.ts'
import { damagedMetadata } from '../recorded-metadata.ts'
import { type RelationRef, toRowVersion } from '../target.ts'
import type { Warehouse } from '../warehouses.ts'
import { type CommitContext, type ReplayedResult, toCommitRecord } from './commit-context.ts'
import type { CommitDeps } from './deps.ts'
import { done, moved, type Outcome } from './outcome.ts'

/** Table after it was unregistered, with its last metadata. */
export interface UnregisteredTable {
  readonly location: string
  /** Metadata of the unregistered table as JSON text. */
  readonly text: Buffer
}

/**
 * Deletes the row of a table and returns its metadata. The files of the table are kept. Later commits to the
 * table fail.
 */
export async function unregisterTable(
  deps: CommitDeps,
  context: CommitContext,
  ref: RelationRef,
): Promise<Outcome<UnregisteredTable>> {
  const { found: target, decision } = await findRelation(deps, context, ref, 'table', 'manage')
  const { relation, identifier } = target
  const text = await deps.metadataTexts.plain(target, relation, 'all')
  const { id: relationId, metadataLocation: location } = relation
  const metadata = { location, digest: await digestOfText(text) }
  const record = toCommitRecord(context, decision, { relationId, metadata })
  if (relation.protected) throw protectedError(`Table ${formatIdentifier(identifier)}`)
  const isDeleted = await deleteRelation(deps.sql, toRowVersion(target), record)
  return isDeleted ? done({ location, text }) : moved
}

/**
 * Reads the metadata of a table that an earlier request unregistered, to answer the repeated request.
 *
 * @throws HeadgateError `damaged-metadata` when the file was changed after the earlier request
 */
export async function readUnregistered(
  { maxMetadataBytes }: Pick<MetadataLimits, 'maxMetadataBytes'>,
  { storage }: Pick<Warehouse, 'storage'>,
  { location, digest }: NonNullable<ReplayedResult['metadata']>,
): Promise<UnregisteredTable> {
  const text = await readMetadataText(storage, location, maxMetadataBytes)
  if (digest !== null && (await digestOfText(text)) !== digest)
    throw damagedMetadata({ kind: 'table', metadataLocation: location })
  return { location, text }
}
