import { randomUUID } from 'node:crypto'
import { createTableMetadata, type TableMetadata } from '@headgate/iceberg/metadata'
import type { CreateTableRequest } from '@headgate/iceberg/rest'
import type { Decision } from '../../access/decision.ts'
import type { LocationRights } from '../chosen-places.ts'
import type { CatalogDeps } from '../deps.ts'
import { takenError } from '../existing.ts'
import { findNameToCreate } from '../find-name.ts'
import { locationRights } from '../location-rights.ts'
import { defaultLocation } from '../locations.ts'
import { tableModel } from '../relation-model.ts'
import type { RelationRef, ResolvedName } from '../target.ts'
import type { CommitContext } from './commit-context.ts'
import type { CommittedRelation } from './committed-relation.ts'
import { createRelation } from './create-relation.ts'
import type { CommitDeps } from './deps.ts'
import type { Outcome } from './outcome.ts'

/** Planned new table that the caller is authorized to create or stage. Nothing is written yet. */
export interface NewTable {
  readonly name: ResolvedName
  readonly id: string
  readonly ownerId: string
  readonly metadata: TableMetadata
  /** Rights of the caller on the location that it chose. Null for a default location. */
  readonly locationRights: LocationRights | null
  readonly decision: Decision
}

/**
 * Authorizes the creation of a table and composes its metadata.
 *
 * @throws HeadgateError `already-exists` when the name is in use, `bad-request` for invalid metadata
 */
export async function planNewTable(
  deps: CommitDeps,
  context: CommitContext,
  ref: RelationRef,
  request: CreateTableRequest,
): Promise<NewTable> {
  const { found: name, decision, policy } = await findNameToCreate(deps, context, ref)
  if (name.relation !== null) throw takenError('table', name.relation.kind, ref.identifier)
  const location = request.location ?? defaultLocation(ref.warehouse)
  return {
    name,
    id: randomUUID(),
    ownerId: context.identity.principal.id,
    metadata: composeTableMetadata(deps, request, randomUUID(), location),
    locationRights: choosesLocation(request) ? locationRights(policy, name.namespaceChain) : null,
    decision,
  }
}

/** Returns the metadata of a new table. */
export function composeTableMetadata(
  { now }: Pick<CatalogDeps, 'now'>,
  { schema, partitionSpec, writeOrder, properties }: CreateTableRequest,
  uuid: string,
  location: string,
): TableMetadata {
  return createTableMetadata({
    uuid,
    location,
    schema,
    ...(partitionSpec === undefined ? {} : { spec: partitionSpec }),
    ...(writeOrder === undefined ? {} : { order: writeOrder }),
    properties,
    now: now(),
  })
}

/**
 * Returns whether the client chose a location. Only a chosen location can overlap with others, because
 * default locations are random.
 */
function choosesLocation({ location, properties }: CreateTableRequest): boolean {
  return (
    location !== undefined ||
    Object.keys(properties).some((key) =>
      /^write\.(?:data|metadata|object-storage|folder-storage)\.path$/.test(key),
    )
  )
}

/** Creates the table of a plan that `planNewTable` returned. */
export async function createTable(
  deps: CatalogDeps,
  context: CommitContext,
  { decision, ...table }: NewTable,
): Promise<Outcome<CommittedRelation>> {
  const creation = { ...table, definerId: null, isReserved: false, file: null }
  return await createRelation(deps, context, tableModel, deps.decodedTables, creation, decision)
}
