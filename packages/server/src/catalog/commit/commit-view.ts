import type { ViewRequirement, ViewUpdate } from '@headgate/iceberg/view'
import { chooseDefiner } from '../../access/through-views.ts'
import { findRelation } from '../find-relation.ts'
import { nameKey } from '../name-key.ts'
import { viewModel } from '../relation-model.ts'
import type { RelationRef } from '../target.ts'
import { type CommitContext, toCommitRecord } from './commit-context.ts'
import { commitUpdates } from './commit-updates.ts'
import type { CommittedRelation } from './committed-relation.ts'
import type { CommitDeps } from './deps.ts'
import type { Outcome } from './outcome.ts'
import type { CommitRequest } from './plan-updates.ts'

/** Commits updates to a view. */
export async function commitView(
  deps: CommitDeps,
  context: CommitContext,
  ref: RelationRef,
  request: CommitRequest<ViewUpdate, ViewRequirement>,
  signal: AbortSignal,
): Promise<Outcome<CommittedRelation>> {
  return await deps.commitQueues.run(nameKey(ref.warehouse.id, ref.identifier), async () => {
    signal.throwIfAborted()
    const { found, decision, policy } = await findRelation(deps, context, ref, 'view', 'modify')
    const record = toCommitRecord(context, decision, { relationId: found.relation.id })
    const definerId = request.updates.some(changesQuery) ? chooseDefiner(policy) : null
    const updatesRequest = { ...request, policy, definerId }
    return await commitUpdates(deps, viewModel, deps.decodedViews, found, updatesRequest, record)
  })
}

/**
 * Returns whether an update changes the query of the view. Only then does the caller become the definer of
 * the view, with whose rights readers access its tables.
 */
function changesQuery({ action }: ViewUpdate): boolean {
  return action === 'add-view-version' || action === 'set-current-view-version'
}
