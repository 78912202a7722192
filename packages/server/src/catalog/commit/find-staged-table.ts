import type { TableMetadata } from '@headgate/iceberg/metadata'
import type { CreateTableRequest } from '@headgate/iceberg/rest'
import { findStagedById } from '../../store/staged-relations.ts'
import type { Caller } from '../caller.ts'
import { missingRelation } from '../existing.ts'
import { findNameToCreate } from '../find-name.ts'
import type { RelationRef, ResolvedName } from '../target.ts'
import type { CommitDeps } from './deps.ts'
import { composeTableMetadata } from './new-table.ts'

/** Staged table with the metadata that the stage-create request describes. */
export interface StagedTable {
  readonly name: ResolvedName
  readonly metadata: TableMetadata
}

/**
 * Finds the table that an earlier request staged. Returns null when a commit has already created the table,
 * or when its reservation has expired.
 *
 * @throws HeadgateError of `findNameToCreate`; `no-such-table` when the namespace was dropped, even if a
 *   namespace with the same path was created later
 */
export async function findStagedTable(
  deps: CommitDeps,
  caller: Caller,
  ref: RelationRef,
  id: string,
  request: CreateTableRequest,
): Promise<StagedTable | null> {
  const staged = await findStagedById(deps.sql, id)
  if (staged === null) return null
  const { found: name } = await findNameToCreate(deps, caller, ref)
  // A staged table belongs to the namespace in which it was staged, not to a later namespace with the same path.
  if (name.namespaceId !== staged.namespaceId) throw missingRelation('table', ref.identifier)
  const location = request.location ?? staged.location.replace(/\/$/, '')
  return { name, metadata: composeTableMetadata(deps, request, staged.uuid, location) }
}
