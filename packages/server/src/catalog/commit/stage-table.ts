import { canonicalPrefix, parseLocation } from '@headgate/storage'
import { joinLevels } from '../../namespace-path.ts'
import type { CommitRecord } from '../../store/commit-record.ts'
import { lockLocations } from '../../store/location-claims.ts'
import { lockPolicy } from '../../store/policies.ts'
import {
  findAttempts,
  insertStaged,
  lockAttempts,
  removeAttempts,
  type StagedRelation,
} from '../../store/staged-relations.ts'
import { tryTransaction } from '../../store/try-transaction.ts'
import { type ChosenPlaces, checkChosenPlaces, confirmChosenPlaces } from '../chosen-places.ts'
import { claimFor } from '../locations.ts'
import type { CatalogDeps } from '../deps.ts'
import { tableModel } from '../relation-model.ts'
import type { Warehouse } from '../warehouses.ts'
import { type CommitContext, toCommitRecord } from './commit-context.ts'
import type { NewTable } from './new-table.ts'
import { done, moved, type Outcome } from './outcome.ts'

/**
 * Reserves the id and the locations of a planned table. The first commit creates the table. Until then,
 * nothing is written to storage and no listing contains the table. The reservation also lets administrators
 * find staged tables that were never created.
 *
 * A principal that stages the same name again at a chosen location replaces its earlier reservations of that
 * location. Tokens and commits of the earlier reservations are refused, and their files belong to the new
 * reservation.
 *
 * @param reservationSeconds lifetime of the reservation when the client chose the location. Afterwards,
 *   storage access to the location cannot be renewed
 */
export async function stageTable(
  deps: CatalogDeps,
  context: CommitContext,
  { name, id, ownerId, metadata, locationRights, decision }: NewTable,
  reservationSeconds: number,
): Promise<Outcome<void>> {
  const { warehouse, identifier, namespaceId } = name
  const claim = claimFor(warehouse, tableModel.locations(metadata))
  const staged = {
    id,
    warehouseId: warehouse.id,
    namespaceId,
    path: joinLevels(identifier.namespace),
    name: identifier.name,
    uuid: tableModel.uuid(metadata) ?? id,
    location: canonicalPrefix(parseLocation(metadata.location)),
    prefixes: claim.locations,
    places: claim.places,
    storeName: claim.storeName,
    principalId: ownerId,
    seconds: locationRights === null ? null : reservationSeconds,
  }
  const record = toCommitRecord(context, decision, { relationId: id })
  const isStaged =
    locationRights === null
      ? await insertStaged(deps.sql, staged, record)
      : await stageChosen(deps, warehouse, staged, { ...claim, ...locationRights }, record)
  return isStaged ? done(undefined) : moved
}

async function stageChosen(
  { sql }: CatalogDeps,
  warehouse: Warehouse,
  staged: StagedRelation,
  chosen: ChosenPlaces,
  record: CommitRecord,
): Promise<boolean> {
  const { id } = staged
  const earlier = await findAttempts(sql, staged, chosen.places)
  await checkChosenPlaces(sql, warehouse, chosen, [id, ...earlier])
  return await tryTransaction(sql, async (tx) => {
    await lockLocations(tx)
    const attempts = await lockAttempts(tx, staged, chosen.places)
    await removeAttempts(tx, attempts)
    await confirmChosenPlaces(tx, warehouse, chosen, [id, ...attempts])
    return (await insertStaged(tx, staged, record)) && (await lockPolicy(tx, record.policyVersion))
  })
}
